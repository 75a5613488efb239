"""Presses that were not meant as they arrive: too many, too late, or for what is gone."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import watched
from tests.factories import make_conversation, make_statement
from voting.models import Conversation, Entry, Participant, Statement, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def conversation() -> Conversation:
    cache.clear()
    conversation = make_conversation(slug="now", title="What now?", last_statement_number=6, round_size=3)
    for number in range(6):
        make_statement(conversation, f"AI should do thing {number}.", number=number)
    return conversation


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Some presses are answered with a refusal, or find nothing."""
    context = browser.new_context()
    yield from watched(context, "status of 403 ", "status of 404 ", "Status Error Code 40")
    context.close()


@pytest.fixture
def card(page: Page, live_server, conversation) -> Page:
    page.goto(f"{live_server.url}/c/now/")
    return page


def cast(card: Page, name: str, n_votes: int) -> None:
    card.get_by_role("button", name=name, exact=True).click()
    expect(card.get_by_text(f"You have voted on {n_votes} of 6.")).to_be_visible()


@pytest.fixture
def card_in_no_time(page: Page, live_server, conversation) -> Page:
    """A page on which time goes on only where the test says so."""
    page.clock.install(time=0)
    page.goto(f"{live_server.url}/c/now/")
    page.clock.pause_at(5_000)
    return page


def rest(card: Page) -> None:
    """Until the new card takes presses."""
    card.clock.run_for(400)
    expect(card.locator("[data-fresh]")).to_have_count(0)


def test_the_second_press_of_a_double_tap_is_no_vote_on_the_next_card(card_in_no_time):
    card = card_in_no_time
    box = card.get_by_role("button", name="Agree", exact=True).bounding_box()
    place = (box["x"] + 20, box["y"] + 20)
    card.mouse.click(*place)
    expect(card.locator("[data-fresh]")).to_have_count(1)
    card.mouse.click(*place)
    rest(card)
    cast(card, "Disagree", 2)
    assert sorted(Vote.objects.values_list("choice", flat=True)) == [-1, 1]


def test_a_key_struck_twice_is_one_vote(card_in_no_time):
    card = card_in_no_time
    card.keyboard.press("a")
    expect(card.locator("[data-fresh]")).to_have_count(1)
    card.keyboard.press("a")
    rest(card)
    card.keyboard.press("a")
    expect(card.get_by_text("You have voted on 2 of 6.")).to_be_visible()
    assert Vote.objects.count() == 2


def test_another_key_is_taken_at_once(card_in_no_time):
    card = card_in_no_time
    card.keyboard.press("a")
    expect(card.locator("[data-fresh]")).to_have_count(1)
    card.keyboard.press("d")
    expect(card.get_by_text("You have voted on 2 of 6.")).to_be_visible()


def test_a_vote_on_what_is_gone_says_so(card):
    number = card.locator("#vote").get_attribute("action").split("/")[-3]
    Statement.objects.filter(number=number).delete()
    card.get_by_role("button", name="Agree", exact=True).click()
    expect(card.get_by_text("this page is out of date")).to_be_visible()
    assert card.evaluate("localStorage.length") == 0


def test_undoing_the_vote_of_somebody_who_is_gone_says_so(card):
    cast(card, "Agree", 1)
    Participant.objects.all().delete()
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_text("this page is out of date")).to_be_visible()


def test_a_refusal_with_a_reason_is_shown_and_not_tried_again(card, conversation):
    Entry.objects.create(conversation=conversation, mode=Entry.Mode.INVITATION)
    card.get_by_role("button", name="Agree", exact=True).click()
    expect(card.get_by_text("This conversation is for invited people.")).to_be_visible()
    expect(card.get_by_text("waits on this device")).to_be_hidden()
    assert card.evaluate("localStorage.length") == 0


def test_what_waited_and_is_refused_with_a_reason_shows_it(card, context, conversation):
    context.set_offline(True)
    card.get_by_role("button", name="Agree", exact=True).click()
    expect(card.get_by_text("waits on this device")).to_be_visible()
    Entry.objects.create(conversation=conversation, mode=Entry.Mode.INVITATION)
    context.set_offline(False)
    expect(card.get_by_text("not all of it could be counted")).to_be_visible()
    expect(card.get_by_text("This conversation is for invited people.")).to_be_visible()
    assert card.evaluate("localStorage.length") == 0


def test_what_waited_and_finds_nothing_says_so(card, context):
    context.set_offline(True)
    card.get_by_role("button", name="Agree", exact=True).click()
    expect(card.get_by_text("waits on this device")).to_be_visible()
    Statement.objects.all().delete()
    context.set_offline(False)
    expect(card.get_by_text("this page is out of date")).to_be_visible()


def test_what_waits_stays_in_view_while_one_reads(card, context):
    card.set_viewport_size({"width": 390, "height": 700})
    context.set_offline(True)
    card.get_by_role("button", name="Agree", exact=True).click()
    card.get_by_role("heading", name="About this conversation").scroll_into_view_if_needed()
    assert card.evaluate("scrollY") > 300
    expect(card.get_by_text("waits on this device")).to_be_in_viewport()


def test_what_waits_does_not_hide_the_statement(card, context):
    card.set_viewport_size({"width": 390, "height": 700})
    card.evaluate("location.hash = 'card'")
    context.set_offline(True)
    card.get_by_role("button", name="Agree", exact=True).click()
    expect(card.get_by_text("waits on this device")).to_be_in_viewport()
    text = card.locator(".vote-card__text").bounding_box()
    notice = card.locator("#waiting").bounding_box()
    bar = card.locator("#vote").bounding_box()
    assert text["y"] + text["height"] < notice["y"] < notice["y"] + notice["height"] <= bar["y"]


def test_enlarged_four_times_the_buttons_leave_room_for_the_statement(card):
    card.set_viewport_size({"width": 320, "height": 256})
    text = card.locator(".vote-card__text")
    text.scroll_into_view_if_needed()
    card.mouse.wheel(0, 60)
    expect(text).to_be_in_viewport(ratio=1)
    expect(card.locator("#vote")).to_have_css("position", "static")


def test_a_reason_above_comes_into_view(card, conversation):
    card.set_viewport_size({"width": 390, "height": 500})
    Entry.objects.create(conversation=conversation, mode=Entry.Mode.INVITATION)
    card.mouse.wheel(0, 400)
    card.wait_for_function("scrollY >= 300")
    card.get_by_role("button", name="Agree", exact=True).click()
    expect(card.get_by_text("This conversation is for invited people.")).to_be_in_viewport()


def test_what_waits_is_sent_from_ones_own_page_too(card, context, live_server):
    cast(card, "Agree", 1)
    context.set_offline(True)
    card.get_by_role("button", name="Pass", exact=True).click()
    expect(card.get_by_text("waits on this device")).to_be_visible()
    card.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{live_server.url}/c/now/mine/")
    expect(again.get_by_text("All sent.")).to_be_visible()
    assert Vote.objects.count() == 2


def test_what_waits_goes_with_the_deleted_data(card, context, live_server):
    cast(card, "Agree", 1)
    context.route("**/vote/", lambda route: route.abort("internetdisconnected"))
    card.get_by_role("button", name="Pass", exact=True).click()
    expect(card.get_by_text("waits on this device")).to_be_visible()
    card.goto(f"{live_server.url}/c/now/mine/delete/")
    card.get_by_role("button", name="Delete everything").click()
    expect(card.get_by_text("Your data is deleted.")).to_be_visible()
    assert card.evaluate("localStorage.length") == 0
    assert not Participant.objects.exists()
