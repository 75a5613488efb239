"""Where one stands in a real browser: with and without JavaScript, on a phone, and while one looks on."""

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Page, Request, expect

from analysis.services import run_analysis
from tests.factories import make_divided_conversation, make_participant, make_vote
from voting.identity import make_return_token
from voting.models import Conversation, Participant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PLACE = "/c/now/where-you-stand/"
A_WHILE = 31_000


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def conversation() -> Conversation:
    made = make_divided_conversation(
        slug="now", n_people=30, n_statements=10, last_participant_number=99, round_size=8
    )
    run_analysis(conversation=made, lock_k=2)
    return made


@pytest.fixture
def person(conversation: Conversation) -> Participant:
    """Somebody of the analysis at the end of a round, with two statements left."""
    found = conversation.participants.get(number=4)
    found.votes.filter(statement__number__gte=8).delete()
    return found


def enter(page: Page, address: str, person: Participant, path: str = PLACE) -> None:
    """Come back by the private link, then open a page."""
    token = make_return_token(person, person.conversation)
    page.goto(f"{address}/c/now/return/{token}/")
    page.goto(address + path)


def watch(page: Page) -> list[Request]:
    """All requests for the fragment from now on."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if PLACE in request.url else None)
    return asked


def see_what_was_asked(page: Page) -> None:
    """Ask for something else: once that is answered, all that the page asked for before has been seen."""
    with page.expect_response("**/health/"):
        page.evaluate("fetch('/health/')")


def hide(page: Page, is_hidden: bool) -> None:
    page.evaluate(
        """(isHidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def check_page(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Where you stand")
    expect(page.locator("figcaption")).to_contain_text("You are one of 15 of 30 people who vote alike")
    expect(page.locator("svg.opinion-map .own-dot")).to_be_visible()
    expect(page.get_by_role("heading", name="What all groups share")).to_be_visible()
    expect(page.get_by_role("row", name="you 15 8 of 8")).to_be_visible()


def test_the_page_reads_well_with_javascript(page: Page, live_server, person):
    enter(page, live_server.url, person)
    check_page(page)


def test_the_page_reads_as_well_without(page_without_javascript: Page, live_server, person):
    page = page_without_javascript
    enter(page, live_server.url, person, "/c/now/thanks/")
    page.get_by_role("link", name="See where you stand").click()
    check_page(page)


def test_thanks_shows_the_place_by_itself(page: Page, live_server, person):
    enter(page, live_server.url, person, "/c/now/thanks/")
    expect(page.locator("svg.opinion-map .own-dot")).to_be_visible()
    expect(page.get_by_role("heading", name="What people who voted like you have in common")).to_be_visible()
    expect(page.get_by_label("Invite others with this address")).to_have_value(f"{live_server.url}/c/now/")


def test_the_end_of_a_round_shows_the_small_map(page: Page, live_server, person):
    enter(page, live_server.url, person, "/c/now/")
    expect(page.locator(".vote-card svg.opinion-map .own-dot")).to_be_visible()
    expect(page.locator(".vote-card table")).to_have_count(0)
    expect(page.get_by_role("link", name="Stop here")).to_be_visible()


def test_who_has_voted_on_everything_sees_the_small_map_too(page: Page, live_server, conversation):
    enter(page, live_server.url, conversation.participants.get(number=5), "/c/now/")
    expect(page.get_by_role("heading", name="You have voted on everything")).to_be_visible()
    expect(page.locator(".vote-card svg.opinion-map .own-dot")).to_be_visible()


@pytest.mark.parametrize("path", [PLACE, "/c/now/thanks/", "/c/now/"])
def test_a_place_has_no_accessibility_fault(page: Page, live_server, person, path):
    enter(page, live_server.url, person, path)
    expect(page.locator("svg.opinion-map")).to_be_visible()
    for size, theme in product([PHONE, DESKTOP], ["light", "dark"]):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.reload()
        expect(page.locator("svg.opinion-map")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def test_a_place_reads_from_right_to_left_on_a_narrow_phone(page: Page, live_server, person):
    page.set_viewport_size({"width": 320, "height": 640})
    enter(page, live_server.url, person, f"{PLACE}?lang=ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("svg.opinion-map .own-dot")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_place_prints(page: Page, live_server, person):
    enter(page, live_server.url, person)
    page.emulate_media(media="print")
    expect(page.locator("svg.opinion-map .own-dot")).to_be_visible()
    expect(page.get_by_role("link", name="Vote on more")).to_be_hidden()


def test_what_has_not_changed_is_answered_without_a_body(page: Page, live_server, person):
    page.clock.install()
    enter(page, live_server.url, person)
    with page.expect_response(lambda response: PLACE in response.url) as answered:
        page.clock.fast_forward(A_WHILE)
    assert answered.value.status == 304
    expect(page.locator("svg.opinion-map .own-dot")).to_be_visible()


def test_nothing_is_asked_sooner_than_in_fifteen_seconds(page: Page, live_server, person):
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    enter(page, live_server.url, person)
    asked = watch(page)
    page.clock.fast_forward(15_000)
    see_what_was_asked(page)
    assert asked == []


def test_a_new_vote_moves_the_dot_while_one_looks_on(page: Page, live_server, conversation, person):
    page.clock.install()
    enter(page, live_server.url, person)
    dot = page.locator("svg.opinion-map .own-dot")
    before = dot.get_attribute("cx")
    person.votes.filter(statement__number=5).delete()
    with page.expect_response(lambda response: PLACE in response.url) as answered:
        page.clock.fast_forward(A_WHILE)
    assert answered.value.status == 200
    expect(dot).not_to_have_attribute("cx", before)


def test_counts_follow_while_one_looks_on(page: Page, live_server, conversation, person):
    page.clock.install()
    enter(page, live_server.url, person)
    expect(page.get_by_text("30 people have taken part · 298 votes")).to_be_visible()
    make_vote(make_participant(conversation), conversation.statements.first())
    cache.clear()
    page.clock.fast_forward(A_WHILE)
    expect(page.get_by_text("31 people have taken part · 299 votes")).to_be_visible()


def test_nothing_is_asked_while_the_page_is_hidden(page: Page, live_server, person):
    page.clock.install()
    enter(page, live_server.url, person)
    asked = watch(page)
    hide(page, True)
    for _ in range(10):
        page.clock.fast_forward(A_WHILE)
    see_what_was_asked(page)
    assert asked == []
    hide(page, False)
    with page.expect_response(lambda response: PLACE in response.url) as answered:
        page.clock.fast_forward(2_000)
    assert answered.value.status == 304


def test_nothing_more_is_asked_once_results_are_hidden(page: Page, live_server, conversation, person):
    page.clock.install()
    enter(page, live_server.url, person)
    Conversation.objects.update(results_shown="when_closed")
    page.clock.fast_forward(A_WHILE)
    expect(page.get_by_text("are shown when the conversation is closed")).to_be_visible()
    expect(page.locator("svg.opinion-map")).to_have_count(0)
    asked = watch(page)
    for _ in range(5):
        page.clock.fast_forward(A_WHILE)
    see_what_was_asked(page)
    assert asked == []


def test_what_somebody_reads_by_keyboard_is_left_alone(page: Page, live_server, conversation, person):
    page.clock.install()
    person.votes.filter(statement__number=3).delete()
    enter(page, live_server.url, person)
    link = page.get_by_role("link", name="You have not voted on it yet").first
    link.focus()
    make_vote(make_participant(conversation), conversation.statements.first())
    cache.clear()
    with page.expect_response(lambda response: PLACE in response.url) as answered:
        page.clock.fast_forward(A_WHILE)
    answered.value.finished()
    see_what_was_asked(page)
    expect(link).to_be_focused()
    expect(page.get_by_text("30 people have taken part")).to_be_visible()
