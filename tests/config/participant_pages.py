"""Every page that participants meet, each with a conversation that brings it about."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from analysis.services import run_analysis
from constitution.services import adopt_constitution, draft_constitution, save_rule
from tests.factories import (
    make_conversation,
    make_divided_conversation,
    make_facilitator,
    make_participant,
    make_statement,
)
from voting.admission import DraftOption, add_question, publish_consent
from voting.identity import make_return_token
from voting.invitations import invitation_link, make_invitations
from voting.mailings import SALT, Signer, subscribe
from voting.models import Conversation, Entry, Participant
from voting.moderation import moderate_statements
from voting.sign_in import request_code

# Which address answers with no page of its own: it takes what is sent, hands out a file, or leads elsewhere.
NO_PAGE = {
    "voting:submit_statement",
    "voting:near",
    "voting:vote_near",
    "voting:vote",
    "voting:withdraw_vote",
    "voting:own_data",
    "voting:openid",
    "voting:openid_return",
    "voting:complete",
    "analysis:download",
    "analysis:download_csv",
    "constitution:export",
    "constitution:find_principle",
}


@dataclass(frozen=True)
class Visit:
    """A page by the name of its address, and in which state."""

    route: str
    path: str
    state: str = ""

    def __str__(self) -> str:
        return f"{self.route} {self.state}".strip()


def participant_routes() -> set[str]:
    """The names of all addresses that are neither for facilitators nor for researchers nor for machines."""
    others = ("facilitate/", "research/", "accounts/", "admin/", "health/")
    return {name for route, name in _routes(get_resolver().url_patterns) if not route.startswith(others)}


def _routes(
    patterns: list[URLPattern | URLResolver], prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(
                pattern.url_patterns, route, f"{pattern.namespace}:" if pattern.namespace else ""
            )
        elif pattern.name:
            yield route, space + pattern.name


def make_every_page() -> list[Visit]:
    """Conversations in every state, and the addresses that show them, in the order they are to be opened."""
    town, person = make_town()
    conversation = Visit("voting:conversation", make_cards(), "first card")
    return [
        Visit("voting:home", "/"),
        conversation,
        Visit("voting:conversation", "/c/cards/?statement=1", "chosen card"),
        Visit("voting:conversation", "/c/nothing/", "not found"),
        Visit("voting:embed", "/embed/cards/", "frame"),
        Visit("voting:moderation_log", "/c/cards/moderation/", "empty"),
        Visit("analysis:results", "/c/cards/results/", "empty"),
        Visit("analysis:standing", "/c/cards/where-you-stand/", "newcomer"),
        Visit("constitution:latest", "/c/cards/constitution/", "empty"),
        *make_steps(),
        *make_restricted(),
        *town_pages(town, person),
    ]


def make_cards() -> str:
    cards = make_conversation(slug="cards", title="How should it answer?", description="Say.", round_size=2)
    for number in range(6):
        make_statement(
            cards, f"The assistant should keep promise {number}.", number=number, is_seed=number % 2
        )
    return "/c/cards/"


def make_steps() -> list[Visit]:
    """What comes before the first card, and after the last."""
    begun = make_conversation(slug="consent", title="With consent?")
    publish_consent(conversation=begun, text="Your votes may train an AI.\n\nYou can leave at any time.")
    asked = make_conversation(slug="asked", title="With questions?")
    options = [DraftOption("16 or more"), DraftOption("Under 16", admits=False)]
    add_question(conversation=asked, text="How old are you?", options=options, is_screening=True)
    closed = make_conversation(slug="closed", title="Was it good?", status="closed", results_shown="hidden")
    make_conversation(slug="empty", title="What is missing?")
    return [
        Visit("voting:conversation", "/c/consent/", "consent"),
        Visit("voting:consent", "/c/consent/consent/"),
        Visit("voting:conversation", "/c/asked/", "questions"),
        Visit("voting:questions", "/c/asked/questions/"),
        Visit("voting:conversation", f"/c/{closed.slug}/", "closed"),
        Visit("analysis:results", f"/c/{closed.slug}/results/", "hidden"),
        Visit("voting:conversation", "/c/empty/", "no statements"),
    ]


def make_restricted() -> list[Visit]:
    """The ways into conversations that not everybody may enter."""
    modes = Entry.Mode
    kinds = {mode: make_conversation(slug=mode.value, title=f"By {mode.value}?") for mode in modes}
    for mode, conversation in kinds.items():
        make_statement(conversation)
        Entry.objects.create(conversation=conversation, mode=mode)
    (invitation,) = make_invitations(conversation=kinds[modes.INVITATION], n=1)
    link = invitation_link(invitation)
    token = request_code(conversation=kinds[modes.EMAIL], address="mina@example.org", language="en")
    cards = [Visit("voting:conversation", f"/c/{mode}/", mode) for mode in modes if mode != modes.ANYBODY]
    return [
        *cards,
        Visit("voting:invitation", link[link.index("/c/") :]),
        Visit("voting:invitation", "/c/invitation/invitation/none/", "damaged"),
        Visit("voting:enter", "/c/external/enter/", "refused"),
        Visit("voting:sign_in", "/c/email/sign-in/"),
        Visit("voting:sign_in_code", f"/c/email/sign-in/{token}/"),
    ]


def make_town() -> tuple[Conversation, Participant]:
    """A conversation that went all the way, and somebody who took part in it."""
    owner = make_facilitator("owner")
    town = make_divided_conversation(
        slug="town", n_people=24, last_participant_number=99, last_statement_number=99, owner=owner
    )
    Entry.objects.create(conversation=town, offers_news=True)
    person = town.participants.get(number=4)
    texts = {10: "pending", 11: "rejected", 12: "accepted"}
    for number, status in texts.items():
        make_statement(town, f"It should know {number}.", number=number, author=person, status="pending")
        if status != "pending":
            moderate_statements(
                conversation=town, numbers=[number], decision=status, moderator=owner, reason="As agreed."
            )
    analysis = run_analysis(conversation=town, lock_k=2)
    rule = save_rule(name="everyone", min_level=0.5, min_votes_per_group=3)
    adopt_constitution(constitution=draft_constitution(analysis=analysis, rule=rule), by=owner)
    return town, person


def town_pages(town: Conversation, person: Participant) -> list[Visit]:
    """First those of somebody who only looks; the private link then makes the browser the participant's."""
    come_back = reverse("voting:come_back", args=["town", make_return_token(person, town)])
    other = reverse("voting:come_back", args=["town", make_return_token(make_participant(town, 77), town)])
    subscription = subscribe(participant=person, address="mina@example.org", language="en")
    news = Signer(salt=SALT, sep="~").sign(str(subscription.pk))
    return [
        Visit("voting:conversation", come_back, "one statement left"),
        Visit("voting:come_back", other, "as somebody else"),
        *(Visit(f"voting:{page}", f"/c/town/{page}/") for page in ("thanks", "mine")),
        Visit("voting:delete_own_data", "/c/town/mine/delete/"),
        Visit("voting:subscribe_news", "/c/town/news/"),
        Visit("voting:confirm_news", f"/c/town/news/confirm/{news}/"),
        Visit("voting:unsubscribe_news", f"/c/town/news/end/{news}/"),
        Visit("voting:moderation_log", "/c/town/moderation/"),
        Visit("analysis:standing", "/c/town/where-you-stand/"),
        Visit("analysis:results", "/c/town/results/"),
        Visit("analysis:statements", "/c/town/results/statements/"),
        Visit("constitution:latest", "/c/town/constitution/"),
        Visit("constitution:detail", "/c/town/constitution/1/"),
    ]
