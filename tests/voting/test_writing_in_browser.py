"""Writing and moderating in a real browser: with and without JavaScript, in both themes, on a phone."""

from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Page, Response, expect

from tests.factories import make_conversation, make_facilitator, make_participant, make_statement, make_vote
from voting.models import Conversation, Participant, Statement, Vote
from voting.moderation import merge_statements, moderate_statements

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "AI should be honest always"
NEAR = "The AI should always be honest."


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def conversation() -> Conversation:
    conversation = make_conversation(
        slug="now", title="What now?", last_statement_number=4, owner=make_facilitator("fay")
    )
    make_statement(conversation, NEAR, number=3)
    make_statement(conversation, "Robots should be cheap to repair.", number=4)
    return conversation


def write(page: Page, text: str) -> None:
    """Type, until what comes near all that stands there has been answered."""

    def is_about_it(response: Response) -> bool:
        sent = parse_qs(response.request.post_data or "").get("text", [""])
        return response.url.endswith("/near/") and sent[0].endswith(text)

    with page.expect_response(is_about_it):
        page.get_by_label("Your statement").press_sequentially(text, delay=5)


def near(page: Page):
    return page.locator("#near")


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/accounts/login/?next=/facilitate/")
    page.get_by_label("Username").fill("fay")
    page.get_by_label("Password").fill("a-long-passphrase")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", name="Your conversations")).to_be_visible()


def assert_sound(page: Page) -> None:
    """No accessibility fault in either theme, and no scrolling to the side at 320 pixels."""
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def test_while_writing_what_comes_near_appears_and_can_be_voted_on(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/#write")
    write(page, TEXT)
    expect(near(page).get_by_text(NEAR)).to_be_visible()
    expect(page.get_by_text("1 statement comes near")).to_be_visible()
    near(page).get_by_role("button", name="Agree", exact=True).click()
    expect(near(page).get_by_text("You agreed")).to_be_visible()
    expect(near(page).get_by_text("Thank you, that vote counts.")).to_be_focused()
    expect(page.get_by_label("Your statement")).to_have_value(TEXT)
    assert (Vote.objects.get().statement.number, Participant.objects.count()) == (3, 1)


def test_who_was_shown_it_while_writing_sends_in_one_step(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/#write")
    write(page, TEXT)
    expect(near(page).get_by_text(NEAR)).to_be_visible()
    page.get_by_role("button", name="Send statement").click()
    expect(page.get_by_text("A moderator reads your statement")).to_be_visible()
    assert Statement.objects.filter(text=TEXT, status="pending").count() == 1


def test_without_javascript_one_looks_at_what_comes_near_before_sending(
    page_without_javascript: Page, live_server, conversation
):
    page = page_without_javascript
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_label("Your statement").fill(TEXT)
    page.get_by_role("button", name="Send statement").click()
    expect(page.get_by_text("Yours is not sent yet.")).to_be_visible()
    page.get_by_role("button", name="None of these: send mine").click()
    expect(page.get_by_text("A moderator reads your statement")).to_be_visible()
    assert Statement.objects.filter(text=TEXT).count() == Participant.objects.count() == 1


def test_without_javascript_one_votes_on_the_near_one_instead(
    page_without_javascript: Page, live_server, conversation
):
    page = page_without_javascript
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_label("Your statement").fill(TEXT)
    page.get_by_role("button", name="Send statement").click()
    near(page).get_by_role("button", name="Disagree", exact=True).click()
    expect(near(page).get_by_text("You disagreed")).to_be_visible()
    expect(page.get_by_label("Your statement")).to_have_value(TEXT)
    assert Vote.objects.get().choice == -1


def test_the_characters_left_are_counted_as_the_server_counts_them(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/#write")
    field = page.get_by_label("Your statement")
    field.fill("  two   words 😀 ")
    expect(page.get_by_text("Characters left: 269")).to_be_visible()
    field.fill("x" * 285)
    expect(page.locator("#text-counter")).to_have_text("Characters too many: 5")
    page.get_by_role("button", name="Send statement").click()
    expect(page.get_by_text("Please keep to 280 characters; this has 285.")).to_be_visible()
    expect(field).to_have_value("x" * 285)


def test_a_refused_text_stays_and_the_page_is_sound(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/#write")
    write(page, TEXT)
    expect(near(page).get_by_text(NEAR)).to_be_visible()
    assert_sound(page)
    write(page, ", says jo@example.org")
    page.get_by_role("button", name="Send statement").click()
    expect(page.get_by_text("“jo@example.org” looks like an e-mail address")).to_be_visible()
    expect(page.get_by_label("Your statement")).to_have_value(f"{TEXT}, says jo@example.org")
    assert_sound(page)


def test_the_step_before_sending_is_sound(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_label("Your statement").fill(TEXT)
    page.get_by_role("button", name="Send statement").click()
    expect(page.get_by_role("heading", name="Is it one of these?")).to_be_visible()
    assert_sound(page)


def test_a_moderator_merges_a_twin_and_its_author_sees_it(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_label("Your statement").fill(TEXT)
    expect(near(page).get_by_text(NEAR)).to_be_visible()
    page.get_by_role("button", name="Send statement").click()
    expect(page.get_by_text("A moderator reads your statement")).to_be_visible()
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/facilitate/now/moderation/")
    page.get_by_role("button", name="Merge 5 into 3").click()
    expect(page.get_by_text("1 statement merged.")).to_be_visible()
    page.goto(f"{live_server.url}/c/now/mine/")
    expect(page.get_by_text(f"“{NEAR}”")).to_be_visible()
    assert_sound(page)
    page.get_by_role("link", name="Vote on it").click()
    expect(page.locator(".vote-card__text")).to_have_text(NEAR)


def test_the_moderators_pages_are_sound(page: Page, live_server, conversation):
    make_statement(conversation, TEXT, number=5, status="pending", language="en")
    make_statement(conversation, "AI must be honest, always!", number=6)
    make_vote(make_participant(conversation), Statement.objects.get(number=6))
    merge_statements(conversation=conversation, numbers=[6], into=3)
    sign_in(page, live_server.url)
    for path in ("moderation/", "moderation/?status=merged", "statements/5/", "statements/6/"):
        page.goto(f"{live_server.url}/facilitate/now/{path}")
        assert_sound(page)


def test_the_public_log_is_sound(page: Page, live_server, conversation):
    make_statement(conversation, TEXT, number=5, status="pending")
    moderate_statements(conversation=conversation, numbers=[4], decision="rejected", reason="Off topic")
    merge_statements(conversation=conversation, numbers=[5], into=3)
    page.goto(f"{live_server.url}/c/now/moderation/")
    expect(page.get_by_text("Reason: Off topic")).to_be_visible()
    assert_sound(page)


def test_without_javascript_a_statement_is_split_and_corrected(
    page_without_javascript: Page, live_server, conversation
):
    page = page_without_javascript
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/facilitate/now/statements/4/")
    page.get_by_role("textbox", name="Wording").fill("Robots should be cheap to mend.")
    page.get_by_role("button", name="Correct").click()
    expect(page.get_by_text("The wording is corrected.")).to_be_visible()
    page.get_by_role("textbox", name="New statements").fill(
        "Robots should be cheap.\nRobots should be mendable."
    )
    page.get_by_role("button", name="Split").click()
    expect(page.get_by_text("The statement is split")).to_be_visible()
    assert Statement.objects.filter(split_from__number=4, status="accepted").count() == 2


def test_on_a_phone_only_one_bar_of_votes_is_near_the_text(page: Page, live_server, conversation):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/c/now/")
    expect(page.locator("#vote")).to_have_css("position", "fixed")
    write(page, TEXT)
    expect(near(page).get_by_text(NEAR)).to_be_visible()
    expect(page.locator("#vote")).to_have_css("position", "static")
    page.get_by_label("Your statement").fill("")
    expect(near(page).get_by_text(NEAR)).to_have_count(0)
    page.get_by_label("This matters to me").focus()
    expect(page.locator("#vote")).to_have_css("position", "fixed")
