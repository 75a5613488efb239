"""The whole way of a participant in a real browser: consent, questions, a round, thanks; keys; offline."""

import json

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.factories import make_conversation, make_statement
from voting.admission import DraftOption, add_question, publish_consent
from voting.models import Conversation, Participant, Statement, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def conversation() -> Conversation:
    conversation = make_conversation(slug="now", title="What now?", last_statement_number=4, round_size=2)
    for number in range(5):
        make_statement(conversation, f"AI should do thing {number}.", number=number)
    return conversation


@pytest.fixture
def guarded_conversation(conversation: Conversation) -> Conversation:
    publish_consent(conversation=conversation, text="Your votes may train an AI.")
    options = [DraftOption("16 or more"), DraftOption("Under 16", admits=False)]
    add_question(conversation=conversation, text="How old are you?", options=options, is_screening=True)
    conversation.refresh_from_db()
    return conversation


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def walk(page: Page, address: str) -> None:
    page.goto(f"{address}/c/now/")
    page.get_by_role("link", name="Begin").click()
    expect(page.get_by_text("Your votes may train an AI.")).to_be_visible()
    press(page, "I agree")
    page.get_by_label("Prefer not to say").check()
    press(page, "Continue")
    page.get_by_label("This matters to me").check()
    press(page, "Agree")
    expect(page.get_by_text("You have voted on 1 of 5.")).to_be_visible()
    press(page, "Disagree")
    expect(page.get_by_role("heading", name="2 votes: thank you")).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    press(page, "Pass")
    expect(page.get_by_text("You have voted on 3 of 5.")).to_be_visible()
    page.goto(f"{address}/c/now/thanks/")
    expect(page.get_by_text("Your 3 votes count.")).to_be_visible()


def check_walked() -> None:
    person = Participant.objects.get()
    assert (person.consent.version, person.answers.get().option) == (1, None)
    assert sorted(person.votes.values_list("choice", "is_important")) == [(-1, False), (0, False), (1, True)]


def test_the_whole_way_with_javascript(page: Page, live_server, guarded_conversation):
    walk(page, live_server.url)
    check_walked()


def test_the_whole_way_without_javascript(page_without_javascript: Page, live_server, guarded_conversation):
    walk(page_without_javascript, live_server.url)
    check_walked()


def test_without_javascript_one_leaves_with_ones_data(
    page_without_javascript: Page, live_server, conversation
):
    page = page_without_javascript
    page.goto(f"{live_server.url}/c/now/")
    press(page, "Agree")
    page.goto(f"{live_server.url}/c/now/mine/")
    press(page, "Disagree")
    expect(page.get_by_text("Your vote is changed.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert json.loads(download.value.path().read_text())["votes"][0]["choice"] == -1
    page.get_by_role("link", name="Delete …").click()
    press(page, "Delete everything")
    expect(page.get_by_text("Your data is deleted.")).to_be_visible()
    assert not Participant.objects.exists()


def test_keys_vote_and_undo(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    first = page.locator(".vote-card__text").inner_text()
    page.keyboard.press("d")
    expect(page.locator("#card").get_by_text("You disagreed")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".vote-card__text")).to_have_text(first)
    expect(page.locator("#card").get_by_text("You disagreed")).to_have_count(0)
    assert not Vote.objects.exists()
    for key, text in (("a", "You agreed"), ("p", "You passed")):
        page.keyboard.press(key)
        expect(page.locator("#card").get_by_text(text)).to_be_visible()
    assert sorted(Vote.objects.values_list("choice", flat=True)) == [0, 1]


def test_screen_readers_are_told_the_keys_while_they_are_on(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    agree = page.get_by_role("button", name="Agree", exact=True)
    expect(agree).to_have_attribute("aria-keyshortcuts", "A")
    agree.click()
    expect(page.get_by_role("button", name="Undo")).to_have_attribute("aria-keyshortcuts", "U")
    page.get_by_label("Use the keys").uncheck()
    expect(agree).not_to_have_attribute("aria-keyshortcuts", "A")


def test_keys_do_nothing_while_one_writes_or_once_switched_off(page: Page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_label("Your statement").press_sequentially("add up")
    page.get_by_label("Use the keys").uncheck()
    page.keyboard.press("a")
    page.reload()
    expect(page.get_by_label("Use the keys")).not_to_be_checked()
    page.keyboard.press("a")
    page.get_by_label("Use the keys").check()
    page.keyboard.press("d")
    expect(page.locator("#card").get_by_text("You disagreed")).to_be_visible()
    assert Vote.objects.get().choice == -1


def test_an_offline_vote_waits_visibly_and_is_sent_by_itself(page: Page, context, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    context.set_offline(True)
    press(page, "Disagree")
    expect(page.get_by_text("waits on this device")).to_be_visible()
    expect(page.get_by_role("button", name="Disagree")).to_have_attribute("aria-pressed", "true")
    assert not Vote.objects.exists()
    press(page, "Agree")
    expect(page.get_by_role("button", name="Agree", exact=True)).to_have_attribute("aria-pressed", "true")
    context.set_offline(False)
    expect(page.get_by_text("All sent.")).to_be_visible()
    expect(page.locator("#card").get_by_text("You agreed")).to_be_visible()
    assert [vote.choice for vote in Vote.objects.all()] == [1]


def test_what_waits_is_sent_in_its_order(page: Page, context, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    sent = []
    page.on(
        "request", lambda request: request.method == "POST" and sent.append(request.url.split("/c/now")[1])
    )
    context.set_offline(True)
    press(page, "Disagree")
    page.get_by_label("Your statement").fill("AI should rhyme.")
    press(page, "Send statement")
    expect(page.get_by_text("Some things you did wait on this device")).to_be_visible()
    sent.clear()
    context.set_offline(False)
    expect(page.get_by_text("All sent.")).to_be_visible()
    kept = [path for path in sent if "near" not in path]
    assert kept == [f"/statements/{Vote.objects.get().statement.number}/vote/", "/statements/"]
    assert Statement.objects.filter(text="AI should rhyme.").count() == 1


def test_haste_is_waited_out_as_the_server_wishes(page: Page, live_server, conversation):
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    refusals = iter([{"Retry-After": "30"}])

    def answer(route):
        headers = next(refusals, None)
        route.fulfill(status=429, headers=headers, body="") if headers else route.continue_()

    page.route("**/vote/", answer)
    page.goto(f"{live_server.url}/c/now/")
    press(page, "Agree")
    expect(page.get_by_text("waits on this device")).to_be_visible()
    page.clock.run_for(28_000)
    assert not Vote.objects.exists()
    page.clock.run_for(3_000)
    expect(page.get_by_text("All sent.")).to_be_visible()
    assert Vote.objects.get().choice == 1


def test_an_offline_vote_outlives_the_page(page: Page, context, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    context.set_offline(True)
    press(page, "Disagree")
    expect(page.get_by_text("waits on this device")).to_be_visible()
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{live_server.url}/c/now/")
    expect(again.get_by_text("All sent.")).to_be_visible()
    assert Vote.objects.get().choice == -1
    assert again.evaluate("localStorage.length") == 0


def test_a_statement_written_offline_is_sent_once(page: Page, context, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    context.set_offline(True)
    page.get_by_label("Your statement").fill("AI should rhyme.")
    for _ in range(2):
        press(page, "Send statement")
        expect(page.get_by_text("waits on this device")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text("A moderator reads your statement")).to_be_visible()
    assert Statement.objects.filter(text="AI should rhyme.").count() == 1


def test_a_vote_that_comes_too_late_is_said_to_be_refused(page: Page, context, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    context.set_offline(True)
    press(page, "Agree")
    expect(page.get_by_text("waits on this device")).to_be_visible()
    conversation.status = "closed"
    conversation.save()
    context.set_offline(False)
    expect(page.get_by_text("not all of it could be counted")).to_be_visible()
    expect(page.get_by_text("takes no votes just now")).to_be_visible()
    assert not Vote.objects.exists()
