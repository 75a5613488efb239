"""Voting and facilitating in a real browser, with and without JavaScript."""

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.factories import make_conversation, make_facilitator, make_statement
from voting.models import Conversation, Participant, Statement, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def conversation() -> Conversation:
    conversation = make_conversation(slug="now", title="What now?", last_statement_number=2)
    for number in range(3):
        make_statement(conversation, f"AI should do thing {number}.", number=number)
    return conversation


def card_text(page: Page) -> str:
    return page.locator(".vote-card__text").inner_text()


def sign_in(page: Page, address: str) -> None:
    make_facilitator("fay", is_staff=True)
    page.goto(f"{address}/accounts/login/?next=/facilitate/")
    page.get_by_label("Username").fill("fay")
    page.get_by_label("Password").fill("a-long-passphrase")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", name="Your conversations")).to_be_visible()


def test_with_javascript_a_vote_changes_only_the_card(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    page.evaluate("window.isSamePage = true")
    seen = []
    for n_votes, name in enumerate(["Agree", "Pass", "Disagree"], start=1):
        seen.append(card_text(page))
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_text("Change this vote")).to_be_visible()
        if n_votes < 3:
            expect(page.get_by_text(f"You have voted on {n_votes} of 3.")).to_be_visible()
    expect(page.get_by_role("heading", name="You have voted on everything")).to_be_visible()
    assert len(set(seen)) == 3
    assert page.evaluate("window.isSamePage")
    assert sorted(Vote.objects.values_list("choice", flat=True)) == [-1, 0, 1]
    assert Participant.objects.count() == 1


def test_without_javascript_the_same_votes_can_be_cast(
    page_without_javascript: Page, live_server, conversation
):
    page = page_without_javascript
    page.goto(f"{live_server.url}/c/now/")
    for n_votes, name in enumerate(["Agree", "Pass", "Disagree"], start=1):
        page.get_by_role("button", name=name, exact=True).click()
        if n_votes < 3:
            expect(page.get_by_text(f"You have voted on {n_votes} of 3.")).to_be_visible()
    expect(page.get_by_role("heading", name="You have voted on everything")).to_be_visible()
    assert sorted(Vote.objects.values_list("choice", flat=True)) == [-1, 0, 1]


def test_by_keyboard_the_focus_goes_on_to_the_next_statement(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_role("button", name="Agree", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have voted on 1 of 3.")).to_be_visible()
    expect(page.locator(".vote-card__text")).to_be_focused()
    for reached in (
        page.get_by_label("This matters to me"),
        page.get_by_role("button", name="Agree", exact=True),
    ):
        page.keyboard.press("Tab")
        expect(reached).to_be_focused()


def test_a_double_click_is_one_vote(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_role("button", name="Agree", exact=True).dblclick()
    expect(page.get_by_text("Change this vote")).to_be_visible()
    # What a click sends is written down until it is answered.
    page.wait_for_function("localStorage.length === 0")
    assert Participant.objects.count() == 1
    assert Vote.objects.count() == 1


def test_going_back_and_voting_again_does_no_harm(page_without_javascript: Page, live_server, conversation):
    page = page_without_javascript
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_text("You have voted on 1 of 3.")).to_be_visible()
    page.wait_for_load_state()
    page.go_back()
    expect(page).to_have_url(f"{live_server.url}/c/now/")
    page.get_by_role("button", name="Disagree", exact=True).click()
    expect(page.locator("#card").get_by_text("You disagreed")).to_be_visible()
    assert Participant.objects.count() == 1
    assert Vote.objects.filter(choice=-1).count() == 1


def test_a_vote_is_changed_and_taken_back(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    first = card_text(page)
    page.get_by_role("button", name="Agree", exact=True).click()
    page.get_by_role("link", name="Change this vote").click()
    expect(page.locator(".vote-card__text")).to_have_text(first)
    expect(page.get_by_role("button", name="Agree", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Take this vote back").click()
    expect(page.get_by_text("3 statements to vote on")).to_be_visible()
    assert not Vote.objects.exists()


def test_on_a_phone_the_three_buttons_are_within_reach(page: Page, live_server, conversation):
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/c/now/")
    for name in ("Agree", "Pass", "Disagree"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["height"] >= 56
        assert box["y"] + box["height"] <= PHONE["height"]
        assert box["y"] > PHONE["height"] * 0.8
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_conversation_closed_meanwhile_says_so_in_the_card(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    conversation.status = "closed"
    conversation.save()
    with page.expect_response(lambda response: response.status == 409):
        page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_text("takes no votes just now")).to_be_visible()
    expect(page.get_by_role("heading", name="This conversation is closed")).to_be_visible()
    assert not Vote.objects.exists()


def test_a_statement_is_written_and_accepted(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_role("button", name="Send statement").click()
    expect(page.get_by_text("Please write a statement first.")).to_be_visible()
    page.get_by_label("Your statement").fill("AI should rhyme.")
    page.get_by_role("button", name="Send statement").click()
    expect(page.get_by_text("A moderator reads your statement")).to_be_visible()

    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/facilitate/now/moderation/")
    page.get_by_label("AI should rhyme.").check()
    page.get_by_label("Reason, when rejecting").press("Enter")
    page.get_by_role("button", name="Accept all checked").click()
    expect(page.get_by_text("1 statement accepted.")).to_be_visible()
    assert Statement.objects.get(text="AI should rhyme.").status == "accepted"


def test_a_conversation_is_created_seeded_and_opened(page_without_javascript: Page, live_server):
    page = page_without_javascript
    sign_in(page, live_server.url)
    page.get_by_role("link", name="New conversation").click()
    page.get_by_label("Question").fill("What should it refuse?")
    page.get_by_role("button", name="Create draft").click()
    page.get_by_label("Statements", exact=True).fill("AI should never lie.\nAI should rhyme.")
    page.get_by_role("button", name="Add statements").click()
    expect(page.get_by_text("Added: 2.")).to_be_visible()
    page.get_by_role("button", name="Open for voting").click()
    expect(page.get_by_text("The conversation is open")).to_be_visible()
    page.goto(f"{live_server.url}/c/what-should-it-refuse/")
    expect(page.get_by_role("button", name="Agree", exact=True)).to_be_visible()
