"""The results and the facilitator's analyses in a real browser, with and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from analysis.services import run_analysis
from tests.analysis.worker import run_queued
from tests.factories import make_divided_conversation, make_facilitator
from voting.models import Conversation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def conversation() -> Conversation:
    return make_divided_conversation(slug="now", owner=make_facilitator("fay"))


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/accounts/login/?next=/facilitate/now/analyses/")
    page.get_by_label("Username").fill("fay")
    page.get_by_label("Password").fill("a-long-passphrase")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", name="Analyses so far")).to_be_visible()


def read_results(page: Page, address: str) -> None:
    page.goto(f"{address}/c/now/results/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Both groups agree on 4 of 8 statements")
    expect(page.locator("svg.opinion-map")).to_be_visible()
    page.get_by_text("The groups as a table").click()
    expect(page.get_by_role("cell", name="8", exact=True).first).to_be_visible()
    page.get_by_role("link", name="All statements with their numbers").click()
    page.get_by_label("Words in the statement").fill("rule 3")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("1 of 8 statements")).to_be_visible()


def test_results_read_well_with_javascript(page: Page, live_server, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    read_results(page, live_server.url)


def test_results_read_as_well_without(page_without_javascript: Page, live_server, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    read_results(page_without_javascript, live_server.url)


def test_results_fit_a_phone(page: Page, live_server, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    page.set_viewport_size(PHONE)
    for address in ("/c/now/results/", "/c/now/results/statements/"):
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_bars_are_drawn_as_wide_as_their_shares(page: Page, live_server, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    page.goto(f"{live_server.url}/c/now/results/")
    bar, agree = page.locator("svg.vote-meter").first, page.locator("svg.vote-meter .vote-agree").first
    assert agree.bounding_box()["width"] == pytest.approx(bar.bounding_box()["width"], abs=2)


def test_a_queued_analysis_appears_by_itself(page: Page, live_server, conversation):
    sign_in(page, live_server.url)
    page.get_by_role("button", name="Analyze now").click()
    expect(page.get_by_text("waiting for its turn")).to_be_visible()
    run_queued()
    expect(page.get_by_role("link", name="Results 1")).to_be_visible()
    expect(page.get_by_text("waiting for its turn")).to_be_hidden()


def test_without_javascript_a_link_looks_again(page_without_javascript: Page, live_server, conversation):
    page = page_without_javascript
    sign_in(page, live_server.url)
    page.get_by_role("button", name="Analyze now").click()
    expect(page.get_by_text("waiting for its turn")).to_be_visible()
    run_queued()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("link", name="Results 1")).to_be_visible()


def test_the_first_analysis_appears_while_somebody_looks_on(page: Page, live_server, conversation):
    page.clock.install()
    page.goto(f"{live_server.url}/c/now/results/")
    expect(page.get_by_role("heading", name="Results will appear here")).to_be_visible()
    run_analysis(conversation=conversation, lock_k=2)
    page.clock.fast_forward(31_000)
    expect(page.locator("svg.opinion-map")).to_be_visible()
    page.get_by_text("The groups as a table").click()
    run_analysis(conversation=conversation, lock_k=1)
    page.clock.fast_forward(31_000)
    expect(page.get_by_role("heading", name="Most people agree on")).to_be_visible()
    expect(page.get_by_role("cell", name="16", exact=True).first).to_be_visible()
