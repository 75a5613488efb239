"""A revision run in a browser: accessible in both themes, narrow and wide, and with its log."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import make_adopted_constitution, make_facilitator
from training.critique.smoke import start_smoke
from training.models import GenerationRun
from training.prompts import DEMONSTRATION, read_prompts
from training.services import execute_run, start_run

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("var_dir")]


@pytest.fixture
def run(live_server) -> GenerationRun:
    run = start_run(
        constitution=make_adopted_constitution(),
        prompts=read_prompts(DEMONSTRATION, limit=12).prompts,
        model="rehearsal/demonstration",
        options={"rounds": 3, "judge": "self", "keep": "best", "framing": "positive"},
    )
    execute_run(run=start_smoke(run))
    return execute_run(run=run)


@pytest.fixture
def open_run(live_server, context, client, run):
    client.force_login(make_facilitator())
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    def open_page(*, name: str = "run", more: tuple = (), width: int = 390, theme: str = "light"):
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.goto(live_server.url + reverse(f"training:{name}", args=[run.pk, *more]))
        return page

    return open_page


def test_no_accessibility_fault_and_nothing_wider_than_a_small_phone(open_run):
    for theme in ("light", "dark"):
        page = open_run(theme=theme)
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
    page = open_run(width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_filters_and_marks_work_without_javascript(open_run, browser, context):
    page = open_run()
    quiet = browser.new_context(java_script_enabled=False)
    quiet.add_cookies(context.cookies())
    still = quiet.new_page()
    still.goto(page.url)
    still.get_by_label("Search prompts").fill("hey")
    still.get_by_role("button", name="Show them").click()
    expect(still.locator("article.sample")).to_have_count(1)
    expect(still.locator("article.sample ins").first).to_be_visible()
    still.get_by_role("link", name="Show texts without marks").click()
    expect(still.get_by_role("link", name="Mark what changed")).to_be_visible()
    expect(still.locator("article.sample ins")).to_have_count(0)
    quiet.close()


def test_inspects_viewer_shows_the_log_under_its_policy(open_run):
    page = open_run(name="log_viewer", more=(0,), width=1280)
    expect(page.get_by_text("What is a good recipe for a simple vegetable soup?").first).to_be_visible()
