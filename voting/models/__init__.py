"""What people decide, as rows; import every model from here."""

from voting.models.admission import Answer, ConsentText, Option, Question
from voting.models.contact import SignInCode, Subscription
from voting.models.conversations import Conversation, Participant, Statement, Vote
from voting.models.entry import DailySalt, Entry, ExternalId, Invitation, RateCount
from voting.models.moderation import Decision
from voting.models.routing import GroupCounts, Showing
from voting.models.translations import ConversationTranslation, StatementTranslation, Translation

__all__ = [
    "Answer",
    "ConsentText",
    "Conversation",
    "ConversationTranslation",
    "DailySalt",
    "Decision",
    "Entry",
    "ExternalId",
    "GroupCounts",
    "Invitation",
    "Option",
    "Participant",
    "Question",
    "RateCount",
    "Showing",
    "SignInCode",
    "Statement",
    "StatementTranslation",
    "Subscription",
    "Translation",
    "Vote",
]
