"""Every page of participants in a real browser: in light, dark and from right to left; on small screens."""

import json
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.config.participant_acts import through_refusals
from tests.config.participant_pages import NO_PAGE, Visit, make_every_page, participant_routes
from tests.config.participant_states import make_every_state
from tests.conftest import watched

PHONE = {"width": 390, "height": 844}
SMALLEST = {"width": 320, "height": 568}
ENLARGED = {"width": 320, "height": 256}  # A window of 1280 × 1024 at 400 %.
LEAST = 44  # CSS pixels; the buttons of a vote 56
WITH_TARGETS = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
DARK_FAULTS = """() => axe.run({ runOnly: { type: "rule", values: ["color-contrast"] } }).then((results) =>
    results.violations.flatMap((fault) => fault.nodes.map((node) => `dark: ${node.html}`)))"""

# Links within a sentence are exempt, as WCAG has it; a checkbox is as large as its label.
SMALL_TARGETS = """(least) => {
    const shown = (node) => node.checkVisibility({ visibilityProperty: true });
    const area = (node) => node.closest("label, .card--link") ?? node;
    const words = (node) => node.textContent.trim().length;
    const inSentence = (node) =>
        getComputedStyle(node).display === "inline" && words(node.parentElement) > words(node) + 1;
    const targets = "a[href], button, summary, select, textarea, input:not([type=hidden])";
    return [...document.querySelectorAll(targets)]
        .filter((node) => shown(node) && !inSentence(node) && !node.closest("[aria-hidden]"))
        .map((node) => [node, area(node).getBoundingClientRect()])
        .filter(([node, box]) => box.width < least || box.height < least - 0.01
            || (node.matches(".vote-bar__button") && box.height < 56))
        .map(([node, box]) => `${node.outerHTML.slice(0, 90)} ${box.width | 0}×${box.height | 0}`);
}"""

# The list of languages lies over what is below it: it is looked at once.
UNFOLD = """(isWithLanguages) => document.querySelectorAll("details").forEach((part) => {
    part.open = isWithLanguages || !part.matches(".languages");
})"""

# What may be scrolled by itself, as a wide table, is not cut off.
CUT_OFF = """() => {
    const wide = document.documentElement.clientWidth;
    const scrolls = (node) => {
        for (let at = node; at && at !== document.body; at = at.parentElement)
            if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true;
        return node.closest(".visually-hidden, svg") !== null;
    };
    return [...document.querySelectorAll("body *")]
        .filter((node) => node.checkVisibility() && !scrolls(node))
        .filter((node) => {
            const box = node.getBoundingClientRect();
            const isClipped = getComputedStyle(node).overflowX === "hidden"
                && node.scrollWidth > node.clientWidth + 1;
            return box.width && (box.right > wide + 1 || box.left < -1 || isClipped);
        })
        .map((node) => node.outerHTML.slice(0, 90));
}"""


@pytest.fixture
def visits(transactional_db) -> list[Visit]:
    cache.clear()
    return [*make_every_page(), *make_every_state()]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Some of the pages say that something is refused, or not there."""
    context = browser.new_context()
    refused = [f"status of {status} " for status in (400, 403, 404, 410, 500)]
    yield from watched(context, *refused)
    context.close()


@pytest.fixture
def walk(visits, context: BrowserContext, live_server) -> Callable[..., Iterator[tuple[str, Page]]]:
    """Open one page after the other, and say where it is; whoever asked looks at it."""

    def through(language: str = "en", **size: int) -> Iterator[tuple[str, Page]]:
        context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
        page = context.new_page()
        page.set_viewport_size(size or PHONE)
        page.emulate_media(reduced_motion="reduce")
        for visit in visits:
            page.goto(live_server.url + visit.path)
            expect(page.locator("[hx-trigger=load]")).to_have_count(0)
            page.evaluate(UNFOLD, visit.route == "voting:home")
            yield str(visit), page
        yield from through_a_round(page, live_server.url)
        yield from through_refusals(page, live_server.url, language)

    return through


def through_a_round(page: Page, address: str) -> Iterator[tuple[str, Page]]:
    """What comes of acting: a vote cast, a pause, statements that come near, a form sent wrongly."""
    page.goto(f"{address}/c/cards/")
    page.locator(".vote-agree.vote-bar__button").first.click()
    page.locator("#card [data-told]").wait_for()
    yield "after a vote", page
    page.locator(".vote-pass.vote-bar__button").first.click()
    page.locator("a[hx-get*=continue]").wait_for()
    yield "end of a round", page
    page.locator("#write textarea").fill("The assistant should keep promise 3.")
    page.locator("#near .list").wait_for()
    yield "statements that come near", page
    page.locator("#write textarea").fill("")
    page.locator("#write-form [type=submit], [form=write-form][type=submit]").last.click()
    page.locator(".field__error, .errorlist").first.wait_for()
    yield "statement refused", page


def test_every_page_of_participants_is_looked_at(visits):
    assert {visit.route for visit in visits} == participant_routes() - NO_PAGE


def test_every_page_leads_back_to_its_conversation(visits, client):
    outer = {"voting:home", "voting:conversation", "voting:embed"}
    for visit in (visit for visit in visits if visit.route not in outer):
        slug = visit.path.split("/")[2]
        assert f'href="/c/{slug}/' in client.get(visit.path, follow=True).content.decode(), visit


@pytest.mark.browser
def test_no_page_has_an_accessibility_fault_in_light_or_dark(walk):
    faults = {name: found for name, page in walk() if (found := faults_in(page) + faults_in_dark(page))}
    assert not faults, json.dumps(faults, indent=1)


@pytest.mark.browser
def test_no_page_has_an_accessibility_fault_from_right_to_left(walk):
    faults = {name: found for name, page in walk("ar") if (found := faults_in(page))}
    assert not faults, json.dumps(faults, indent=1)


@pytest.mark.browser
def test_every_page_fits_the_smallest_screens_with_targets_for_a_thumb(walk):
    faults = {name: found for name, page in walk(**SMALLEST) if (found := faults_on_small_screens(page))}
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)


def faults_in(page: Page) -> list[str]:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = Axe().run(page, options=WITH_TARGETS)
    return [found.generate_report()] if found.violations_count else []


def faults_in_dark(page: Page) -> list[str]:
    """Dark changes the colors only; axe is on the page already."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return page.evaluate(DARK_FAULTS)


def faults_on_small_screens(page: Page) -> list[str]:
    faults = page.evaluate(SMALL_TARGETS, LEAST)
    for size in (ENLARGED, SMALLEST):
        page.set_viewport_size(size)
        faults += page.evaluate(CUT_OFF)
        width = page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{width} pixels wide on {size}"] if width > size["width"] else []
    return faults
