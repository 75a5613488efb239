"""Every page a person meets: no accessibility fault in either theme, and nothing wider than a small phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from analysis.services import run_analysis
from constitution.services import adopt_constitution, draft_constitution, save_rule
from tests.factories import make_divided_conversation, make_facilitator

pytestmark = pytest.mark.browser

PUBLIC = ["voting:home", "login"]
FACILITATORS = [
    "voting:dashboard",
    "voting:create",
    "voting:manage",
    "voting:moderation",
    "voting:translations",
    "analysis:manage",
    "constitution:manage",
]
RESEARCHERS = ["evaluation:overview", "evaluation:compare", "training:runs"]
WITHOUT_SLUG = {"voting:home", "login", "voting:dashboard", "voting:create", *RESEARCHERS}

# Those of participants are looked at in test_every_page_in_browser.
EVERY_PAGE = ["login", *FACILITATORS, *RESEARCHERS]


@pytest.fixture
def site(live_server):
    """A site with one conversation that was voted on, analyzed, and turned into an adopted constitution."""
    owner = make_facilitator("owner")
    conversation = make_divided_conversation(slug="town", owner=owner)
    analysis = run_analysis(conversation=conversation)
    rule = save_rule(name="everyone", min_level=0.5, min_votes_per_group=3)
    adopt_constitution(constitution=draft_constitution(analysis=analysis, rule=rule), by=owner)
    return live_server, owner


@pytest.fixture
def open_page(site, context, client):
    """Open a page by its name, signed in where it asks for it."""
    server, owner = site

    def open_named(name, *, width=390, theme="light"):
        context.clear_cookies()
        if name not in PUBLIC:
            client.force_login(owner)
            context.add_cookies([cookie_of(client, server)])
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.goto(server.url + reverse(name, args=[] if name in WITHOUT_SLUG else ["town"]))
        return page

    return open_named


def cookie_of(client, server):
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_an_accessibility_fault(open_page, theme):
    faults = {name: found for name in EVERY_PAGE if (found := faults_in(open_page(name, theme=theme)))}
    assert not faults, "\n\n".join(f"{name}: {report}" for name, report in faults.items())


def faults_in(page: Page) -> str:
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    results = Axe().run(page)
    page.close()
    return results.generate_report() if results.violations_count else ""


def test_no_page_is_wider_than_a_small_phone(open_page):
    widths = {name: width_of(open_page(name, width=320)) for name in EVERY_PAGE}
    assert {name: width for name, width in widths.items() if width > 320} == {}


def width_of(page: Page) -> int:
    width = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    return width


def test_the_chosen_theme_is_remembered(open_page):
    page = open_page("voting:home")
    page.get_by_role("button", name="Dark colors").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark colors")).to_have_attribute("aria-pressed", "true")


def test_the_keyboard_reaches_the_content_first(open_page):
    page = open_page("voting:home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
