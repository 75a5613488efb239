"""The pages of participants again, in the states that are seldom met: refused, over, changed, hidden."""

from django.urls import reverse

from tests.config.participant_pages import Visit
from tests.factories import make_conversation, make_facilitator, make_participant, make_statement, make_vote
from voting.admission import DraftOption, add_question, give_consent, publish_consent
from voting.identity import make_return_token
from voting.invitations import accept_invitation, invitation_link, make_invitations
from voting.mailings import SALT, Signer
from voting.models import Conversation, Entry, ExternalId, Participant
from voting.moderation import merge_statements, moderate_statements, split_statement
from voting.translations import translate_statement


def make_every_state() -> list[Visit]:
    """Conversations in seldom states; a private link first makes the browser the participant's."""
    return [
        *make_refusals(),
        *make_screened_out(),
        *make_asked_again(),
        *make_fates(),
        *make_hidden("after_voting"),
        *make_hidden("when_closed"),
        *make_over(),
    ]


def come_back(participant: Participant) -> str:
    conversation = participant.conversation
    return reverse("voting:come_back", args=[conversation.slug, make_return_token(participant, conversation)])


def make_refusals() -> list[Visit]:
    """Links that do not work, or no more."""
    conversation = make_conversation(slug="doors", title="Who comes in?")
    make_statement(conversation)
    entry = Entry.objects.create(conversation=conversation, offers_news=True, proof_of_work_bits=8)
    entry.panel_secret = "known to the panel"
    entry.save()
    spent, late = make_invitations(conversation=conversation, n=2)
    links = [invitation_link(one) for one in (spent, late)]
    paths = [link[link.index("/c/") :] for link in links]
    key = make_participant(conversation, 1).key
    accept_invitation(conversation=conversation, token=paths[0].split("/")[-2], key=key)
    ended = Signer(salt=SALT, sep="~").sign("999999999")
    return [
        Visit("voting:conversation", "/c/doors/", "with work to do"),
        Visit("voting:invitation", paths[0], "used"),
        Visit("voting:enter", "/c/doors/enter/?id=a&expires=x&signature=b", "damaged"),
        Visit("voting:come_back", "/c/doors/return/nobody/", "nobody"),
        Visit("voting:confirm_news", f"/c/doors/news/confirm/{ended}/", "ended"),
        Visit("voting:unsubscribe_news", "/c/doors/news/end/damaged/", "damaged"),
    ]


def make_screened_out() -> list[Visit]:
    conversation = make_conversation(slug="others", title="For others?")
    options = [DraftOption("16 or more"), DraftOption("Under 16", admits=False)]
    add_question(conversation=conversation, text="How old are you?", options=options, is_screening=True)
    Entry.objects.create(conversation=conversation, completion_url="https://panel.example/{id}/{outcome}")
    person = make_participant(conversation, 1, is_screened_out=True)
    ExternalId.objects.create(conversation=conversation, participant=person, value="p1")
    return [
        Visit("voting:conversation", come_back(person), "screened out"),
        Visit("voting:mine", "/c/others/mine/", "screened out"),
    ]


def make_asked_again() -> list[Visit]:
    """Somebody who agreed to a text that has changed since."""
    conversation = make_conversation(slug="again", title="Once more?")
    publish_consent(conversation=conversation, text="Your votes may train an AI.")
    conversation.refresh_from_db()
    person = make_participant(conversation, 1)
    give_consent(participant=person, version=1)
    make_vote(person, make_statement(conversation, number=1))
    publish_consent(conversation=conversation, text="Your votes may train many AIs.")
    return [
        Visit("voting:conversation", come_back(person), "consent again"),
        Visit("voting:consent", "/c/again/consent/", "again"),
    ]


def make_fates() -> list[Visit]:
    """Whoever voted on all there is, and whose statements met every fate."""
    conversation = make_conversation(slug="fates", title="What became of it?", last_statement_number=9)
    person, owner = make_participant(conversation, 1), make_facilitator()
    for number in range(1, 7):
        statement = make_statement(conversation, f"It should be {number}.", number=number, author=person)
        make_vote(person, statement, 1)
        make_vote(make_participant(conversation, 10 + number), statement, -1)
    rejected = {"decision": "rejected", "moderator": owner}
    moderate_statements(conversation=conversation, numbers=[1], reason="A name.", **rejected)
    moderate_statements(conversation=conversation, numbers=[2], **rejected)
    merge_statements(conversation=conversation, numbers=[3], into=4, moderator=owner)
    whole = make_statement(conversation, "Kind and quick.", number=7, author=person, status="pending")
    for part in split_statement(statement=whole, texts=["It is kind.", "It is quick."], moderator=owner):
        make_vote(person, part)
    german = conversation.statements.get(number=5)
    conversation.statements.filter(number=5).update(language="de", text="Sie soll zuhören.")
    german.refresh_from_db()
    translate_statement(statement=german, language="en", text="It should listen.", source="facilitator")
    return [
        Visit("voting:conversation", come_back(person), "all voted on"),
        Visit("voting:conversation", "/c/fates/?statement=5", "translated, to be changed"),
        Visit("voting:mine", "/c/fates/mine/?changed=4", "every fate"),
        Visit("voting:moderation_log", "/c/fates/moderation/", "every deed"),
        Visit("analysis:standing", "/c/fates/where-you-stand/", "few votes"),
        Visit("voting:thanks", "/c/fates/thanks/", "few votes"),
        Visit("voting:subscribe_news", "/c/fates/news/", "not offered"),
    ]


def make_hidden(shown: str) -> list[Visit]:
    """Results that wait, for somebody who takes part."""
    slug = shown.replace("_", "-")
    conversation = make_conversation(slug=slug, title="Who sees it?", results_shown=shown)
    person = make_participant(conversation, 1)
    make_statement(conversation, "It waits.", number=1, author=person)
    make_vote(person, make_statement(conversation, number=2))
    return [
        Visit("voting:thanks", come_back(person), f"{shown}, before"),
        *(Visit(f"voting:{page}", f"/c/{slug}/{page}/", shown) for page in ("thanks", "mine")),
        Visit("analysis:standing", f"/c/{slug}/where-you-stand/", shown),
        Visit("analysis:results", f"/c/{slug}/results/", shown),
    ]


def make_over() -> list[Visit]:
    """A conversation that has ended, for somebody who took part."""
    conversation = make_conversation(slug="over", title="Is it over?", status=Conversation.Status.CLOSED)
    person = make_participant(conversation, 1)
    make_vote(person, make_statement(conversation, number=1))
    (late,) = make_invitations(conversation=conversation, n=1)
    link = invitation_link(late)
    return [
        Visit("voting:invitation", link[link.index("/c/") :], "too late"),
        Visit("voting:conversation", come_back(person), "over"),
        *(Visit(f"voting:{page}", f"/c/over/{page}/", "over") for page in ("thanks", "mine")),
        Visit("analysis:standing", "/c/over/where-you-stand/", "over"),
    ]
