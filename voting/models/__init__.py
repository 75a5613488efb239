"""What people decide, as rows; import every model from here."""

from voting.models.admission import Answer, ConsentText, Option, Question
from voting.models.conversations import Conversation, Participant, Statement, Vote

__all__ = [
    "Answer",
    "ConsentText",
    "Conversation",
    "Option",
    "Participant",
    "Question",
    "Statement",
    "Vote",
]
