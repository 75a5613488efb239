"""Every page a person meets: no accessibility fault in either theme, and nothing wider than a small phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from analysis.services import run_analysis
from constitution.services import adopt_constitution, draft_constitution, save_rule
from tests.factories import make_divided_conversation, make_facilitator

pytestmark = pytest.mark.browser

PUBLIC = ["voting:home", "voting:conversation", "analysis:results", "constitution:latest", "login"]
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

every_page = pytest.mark.parametrize("name", [*PUBLIC, *FACILITATORS, *RESEARCHERS])
both_themes = pytest.mark.parametrize("theme", ["light", "dark"])


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


@both_themes
@every_page
def test_no_accessibility_fault(open_page, name, theme):
    page = open_page(name, theme=theme)
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@every_page
def test_nothing_is_wider_than_a_small_phone(open_page, name):
    page = open_page(name, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_chosen_theme_is_remembered(open_page):
    page = open_page("voting:home")
    page.get_by_role("button", name="Dark colors").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.get_by_role("button", name="Dark colors").get_attribute("aria-pressed") == "true"


def test_the_keyboard_reaches_the_content_first(open_page):
    page = open_page("voting:home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
