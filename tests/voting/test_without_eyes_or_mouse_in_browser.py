"""Voting by keyboard alone, by ear, and with less motion, in a real browser."""

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.factories import make_conversation, make_statement
from voting.models import Conversation, Entry, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OUTLINE = "getComputedStyle(document.activeElement).outlineStyle"
FOCUSED = "(document.activeElement.closest('label') ?? document.activeElement).textContent.trim()"
MOVING = """[...document.querySelectorAll("*")].filter((node) => {
    const style = getComputedStyle(node);
    return style.transitionDuration.split(", ").some((part) => parseFloat(part) > 0)
        || style.animationName !== "none" || style.scrollBehavior === "smooth";
}).length"""


@pytest.fixture
def conversation() -> Conversation:
    cache.clear()
    conversation = make_conversation(slug="now", title="What now?", last_statement_number=4)
    for number in range(5):
        make_statement(conversation, f"AI should do thing {number}.", number=number)
    return conversation


@pytest.fixture
def card(page: Page, live_server, conversation) -> Page:
    page.goto(f"{live_server.url}/c/now/")
    return page


def test_tab_leads_from_the_statement_through_its_choices(card):
    card.locator("#statement-text").evaluate("(node) => { node.tabIndex = -1; node.focus(); }")
    visited = []
    for _step in range(4):
        card.keyboard.press("Tab")
        assert card.evaluate(OUTLINE) == "solid"
        visited.append(card.evaluate(FOCUSED))
    assert visited == ["This matters to me", "Agree", "Pass", "Disagree"]


@pytest.mark.parametrize("key", ["a", "Enter"])
def test_after_a_vote_the_reader_continues_at_the_next_statement(card, key):
    card.get_by_role("button", name="Agree", exact=True).focus()
    first = card.locator("#statement-text").inner_text()
    card.keyboard.press(key)
    expect(card.locator("#statement-text")).not_to_have_text(first)
    expect(card.locator("#statement-text")).to_be_focused()
    card.keyboard.press("Tab")
    assert card.evaluate(FOCUSED) == "This matters to me"


def test_a_screen_reader_is_told_of_a_vote_and_of_its_undoing(card):
    told = card.locator("#told")
    expect(told).to_have_attribute("role", "status")
    card.keyboard.press("d")
    expect(told).to_contain_text("You disagreed · statement")
    expect(card.locator("#statement-text")).to_be_focused()
    card.keyboard.press("u")
    expect(told).to_have_text("Your vote is taken back.")
    assert not Vote.objects.exists()


def test_a_screen_reader_is_told_that_a_vote_waits_and_that_it_was_sent(card, context):
    region = card.get_by_role("status").filter(has=card.locator("#waiting"))
    context.set_offline(True)
    card.keyboard.press("a")
    expect(region).to_contain_text("waits on this device")
    context.set_offline(False)
    expect(region.get_by_text("All sent.")).to_be_visible()


def test_nothing_moves_where_less_motion_is_wished_for(card):
    card.emulate_media(reduced_motion="no-preference")
    assert card.evaluate(MOVING) > 0
    card.emulate_media(reduced_motion="reduce")
    assert card.evaluate(MOVING) == 0


def test_keys_are_offered_where_there_is_a_card_to_press_them_for(page, live_server, conversation):
    page.goto(f"{live_server.url}/c/now/")
    expect(page.get_by_label("Use the keys")).to_be_visible()
    Entry.objects.create(conversation=conversation, mode="invitation")
    page.reload()
    expect(page.get_by_role("heading", name="You need a personal link")).to_be_visible()
    expect(page.get_by_label("Use the keys")).to_be_hidden()
