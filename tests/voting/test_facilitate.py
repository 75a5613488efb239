"""What facilitators may do with their own conversations, and strangers may not."""

import pytest

from tests.factories import make_conversation, make_facilitator, make_participant, make_statement, make_vote
from voting.models import Conversation, Statement

pytestmark = pytest.mark.django_db

PAGES = ["", "moderation/"]
ACTIONS = ["edit/", "seed/", "status/", "moderation/"]


@pytest.fixture(autouse=True)
def _empty_cache():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def owner():
    return make_facilitator()


@pytest.fixture
def conversation(owner):
    return make_conversation(owner=owner, title="What now?")


@pytest.fixture
def facilitator(client, owner):
    client.force_login(owner)
    return client


def address(conversation, path=""):
    return f"/facilitate/{conversation.slug}/{path}"


@pytest.mark.parametrize(
    "path", ["/facilitate/", "/facilitate/new/", "/facilitate/x/", "/facilitate/x/moderation/"]
)
def test_whoever_is_not_signed_in_is_asked_to(client, path):
    response = client.get(path)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_a_stranger_finds_none_of_the_pages_and_can_do_nothing(client, conversation):
    client.force_login(make_facilitator())
    statement = make_statement(conversation, status="pending")
    assert [client.get(address(conversation, path)).status_code for path in PAGES] == [404, 404]
    data = {"title": "Mine", "texts": "Mine.", "status": "closed", "accept": statement.number}
    assert {client.post(address(conversation, path), data).status_code for path in ACTIONS} == {404}
    conversation.refresh_from_db()
    assert (conversation.title, conversation.status) == ("What now?", "open")
    assert [s.status for s in Statement.objects.all()] == ["pending"]


def test_staff_may_run_every_conversation(client, conversation):
    client.force_login(make_facilitator(is_staff=True))
    assert client.get(address(conversation)).status_code == 200


def test_the_dashboard_lists_own_conversations_with_their_numbers(facilitator, conversation):
    make_vote(make_participant(conversation), make_statement(conversation))
    make_statement(conversation, status="pending")
    make_conversation(title="Somebody else's?")
    page = facilitator.get("/facilitate/").content.decode()
    assert "What now?" in page
    assert "Somebody else" not in page
    assert address(conversation, "moderation/") in page


def test_an_empty_dashboard_says_what_to_do(facilitator):
    assert "No conversation yet" in facilitator.get("/facilitate/").content.decode()


def test_a_new_conversation_is_a_draft_of_its_own(facilitator, owner):
    response = facilitator.post(
        "/facilitate/new/", {"title": "Who decides?", "population": "All", "results_shown": "when_closed"}
    )
    conversation = Conversation.objects.get()
    assert response.url == "/facilitate/who-decides/"
    assert (conversation.status, conversation.owner, conversation.results_shown) == (
        "draft",
        owner,
        "when_closed",
    )


def test_a_new_conversation_is_written_in_english_unless_another_language_is_chosen(facilitator):
    page = facilitator.get("/facilitate/new/").content.decode()
    assert '<option value="en" selected>' in page
    facilitator.post("/facilitate/new/", {"title": "Was nun?", "language": "de"})
    assert Conversation.objects.get().language == "de"


def test_a_conversation_without_a_question_is_not_made(facilitator):
    assert facilitator.post("/facilitate/new/", {"title": " "}).status_code == 422
    assert not Conversation.objects.exists()


def test_the_manage_page_shows_statements_with_their_votes(facilitator, conversation):
    make_vote(make_participant(conversation), make_statement(conversation, "AI should rhyme."))
    make_statement(conversation, "Not this.", status="rejected", rejection_reason="Off topic")
    page = facilitator.get(address(conversation)).content.decode()
    for text in ("AI should rhyme.", "Not this.", "Off topic"):
        assert text in page


def test_seeds_are_added_one_per_line(facilitator, conversation):
    facilitator.post(address(conversation, "seed/"), {"texts": "First.\r\n\r\nSecond."})
    assert list(Statement.objects.values_list("text", "status")) == [
        ("First.", "accepted"),
        ("Second.", "accepted"),
    ]


@pytest.mark.parametrize("texts", ["", "Fine.\n" + "x" * 300])
def test_seeds_that_cannot_be_kept_come_back(facilitator, conversation, texts):
    response = facilitator.post(address(conversation, "seed/"), {"texts": texts})
    assert response.status_code == 422
    assert not Statement.objects.exists()


def test_the_words_above_the_statements_can_be_changed(facilitator, conversation):
    facilitator.post(address(conversation, "edit/"), {"title": "And now?", "population": "All"})
    conversation.refresh_from_db()
    assert (conversation.title, conversation.population, conversation.results_shown) == (
        "And now?",
        "All",
        "at_once",
    )


@pytest.mark.parametrize("chosen", ["at_once", "after_voting", "when_closed", "hidden"])
def test_a_facilitator_chooses_when_results_are_shown(facilitator, conversation, chosen):
    facilitator.post(address(conversation, "edit/"), {"title": "And now?", "results_shown": chosen})
    conversation.refresh_from_db()
    assert conversation.results_shown == chosen


def test_an_unknown_time_to_show_results_comes_back(facilitator, conversation):
    response = facilitator.post(address(conversation, "edit/"), {"title": "No?", "results_shown": "soon"})
    assert response.status_code == 422
    assert Conversation.objects.get().results_shown == "at_once"


def test_a_title_that_is_too_long_comes_back(facilitator, conversation):
    response = facilitator.post(address(conversation, "edit/"), {"title": "x" * 201})
    assert response.status_code == 422
    assert Conversation.objects.get().title == "What now?"


def test_a_conversation_is_closed_and_opened_again(facilitator, conversation):
    make_statement(conversation)
    for status in ("closed", "open"):
        facilitator.post(address(conversation, "status/"), {"status": status})
        assert Conversation.objects.get().status == status


def test_an_empty_conversation_is_not_opened(facilitator, owner):
    draft = make_conversation(owner=owner, status="draft")
    response = facilitator.post(address(draft, "status/"), {"status": "open"}, follow=True)
    assert "Add at least one statement first" in response.content.decode()
    assert Conversation.objects.get().status == "draft"


def test_an_unknown_status_changes_nothing(facilitator, conversation):
    facilitator.post(address(conversation, "status/"), {"status": "gone"})
    assert Conversation.objects.get().status == "open"


def test_one_statement_is_accepted_by_its_own_button(facilitator, conversation):
    first, second = (make_statement(conversation, status="pending") for _ in range(2))
    facilitator.post(address(conversation, "moderation/"), {"accept": first.number, "checked": second.number})
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.status, second.status) == ("accepted", "pending")


def test_checked_statements_are_rejected_together_with_the_reason(facilitator, conversation):
    statements = [make_statement(conversation, status="pending") for _ in range(3)]
    checked = [statement.number for statement in statements[:2]]
    facilitator.post(
        address(conversation, "moderation/"),
        {"reject": "checked", "checked": checked, "reason": " Off  topic"},
    )
    found = set(Statement.objects.values_list("status", "rejection_reason"))
    assert found == {("rejected", "Off topic"), ("pending", "")}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"accept": "checked"},
        {"accept": "x"},
        {"accept": "1", "reject": "1"},
        {"reject": "1", "reason": "x" * 201},
    ],
)
def test_an_unclear_decision_changes_nothing_and_says_why(facilitator, conversation, data):
    make_statement(conversation, number=1, status="pending")
    response = facilitator.post(address(conversation, "moderation/"), data)
    assert response.status_code == 422
    assert "notice--error" in response.content.decode()
    assert Statement.objects.get().status == "pending"


def test_a_statement_of_another_conversation_is_out_of_reach(facilitator, conversation):
    foreign = make_statement(make_conversation(), number=5, status="pending")
    facilitator.post(address(conversation, "moderation/"), {"accept": "5"})
    foreign.refresh_from_db()
    assert foreign.status == "pending"


@pytest.mark.parametrize(
    ("status", "text"),
    [("pending", "Nothing waits for you"), ("rejected", "No rejected statements"), ("odd", "Nothing")],
)
def test_an_empty_list_says_so(facilitator, conversation, status, text):
    page = facilitator.get(address(conversation, "moderation/"), {"status": status}).content.decode()
    assert text in page


def test_a_decision_can_be_changed_later(facilitator, conversation):
    statement = make_statement(conversation, status="rejected", rejection_reason="Spam")
    facilitator.post(address(conversation, "moderation/?status=rejected"), {"accept": statement.number})
    statement.refresh_from_db()
    assert (statement.status, statement.rejection_reason) == ("accepted", "")


def test_hundreds_of_statements_come_in_pages(facilitator, conversation):
    for number in range(120):
        make_statement(conversation, f"Statement text {number}.", number=number, status="pending")
    assert "Page 1 of 2" in facilitator.get(address(conversation)).content.decode()
    page = facilitator.get(address(conversation, "moderation/"), {"page": 3}).content.decode()
    assert "Statement text 119." in page
    assert "Statement text 0." not in page
