"""The pages of runs in a real browser: on a phone, in the dark, without JavaScript, and while a run moves."""

import os
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.factories import make_adopted_constitution, make_conversation, make_facilitator
from training.models import GenerationRun
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("var_dir", "keys"),
]

A_WHILE = 3_000
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def run() -> GenerationRun:
    constitution = make_adopted_constitution(conversation=make_conversation(status="open"))
    return start_run(
        constitution=constitution,
        prompts=[Prompt(f"Question {number}?") for number in range(3)],
        model="rehearsal/demonstration",
        options={"rounds": 1},
    )


def sign_in(page: Page, address: str, client) -> None:
    client.force_login(make_facilitator())
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
    )


def asked_in_a_while(page: Page) -> list[str]:
    """What a page asks for by itself; all of it has been seen once something else is answered."""
    asked: list[str] = []
    with page.expect_response("**/health/"):
        page.on("request", lambda request: asked.append(request.url) if "/progress/" in request.url else None)
        page.clock.fast_forward(A_WHILE)
        page.evaluate("fetch('/health/')")
    return asked


def keep_picture(page: Page, name: str) -> None:
    """Keep what the page looks like where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_estimate_stands_beside_the_form_and_the_run_begins(page, live_server, client, run):
    sign_in(page, live_server.url, client)
    page.set_viewport_size(DESKTOP)
    page.goto(f"{live_server.url}/research/runs/start/")
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Say what it would take").click()
    expect(page.get_by_text("about 360, at most 1,080")).to_be_visible()
    expect(page.get_by_label("Seed")).to_have_value("7")
    keep_picture(page, "start-desktop")
    page.get_by_role("button", name="Queue the run").click()
    expect(page.get_by_text("The run is queued.")).to_be_visible()
    assert GenerationRun.objects.filter(parameters__seed=7).exists()


def test_without_javascript_the_estimate_and_the_run_come_as_pages(
    page_without_javascript, live_server, client, run
):
    page = page_without_javascript
    sign_in(page, live_server.url, client)
    page.goto(f"{live_server.url}/research/runs/start/")
    page.get_by_role("button", name="Say what it would take").click()
    expect(page.get_by_role("heading", name="What it would take")).to_be_visible()
    page.get_by_role("button", name="Queue the run").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("The run is paused, and nothing is lost.")).to_be_visible()


def test_a_moving_run_is_followed_until_it_rests(page, live_server, client, run):
    sign_in(page, live_server.url, client)
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.goto(f"{live_server.url}/research/runs/{run.pk}/")
    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    execute_run(run=run)
    with page.expect_navigation():
        page.clock.fast_forward(A_WHILE)
    expect(page.get_by_text("Finished").first).to_be_visible()
    assert asked_in_a_while(page) == []


def test_nothing_is_asked_while_the_page_is_hidden(page, live_server, client, run):
    sign_in(page, live_server.url, client)
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.goto(f"{live_server.url}/research/runs/{run.pk}/")
    assert len(asked_in_a_while(page)) == 1
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    assert asked_in_a_while(page) == []


@pytest.mark.parametrize(("name", "path"), [("start", "start/"), ("list", ""), ("run", "{pk}/")])
def test_pages_of_runs_are_accessible(page, live_server, client, run, name, path):
    sign_in(page, live_server.url, client)
    GenerationRun.objects.update(
        status="running", n_finished=1, token_budget=90_000, committed_tokens=12_345, max_connections=3
    )
    for size, scheme in product([PHONE, DESKTOP], ["light", "dark"]):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{live_server.url}/research/runs/{path.format(pk=run.pk)}")
        keep_picture(page, f"{name}-{size['width']}-{scheme}")
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
