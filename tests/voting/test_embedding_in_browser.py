"""A conversation shown in a frame on another site, in a real browser that blocks third-party cookies."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import BrowserType, FrameLocator, Page, expect

from tests.factories import make_conversation, make_statement
from voting.models import Entry, Participant, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """A test's server has nothing to say."""


@pytest.fixture
def other_site(tmp_path: Path, live_server) -> Iterator[str]:
    """Another origin: a page with the loader, and one with the plain frame."""
    site = live_server.url
    loader = f'<script async src="{site}/static/js/embed.js" data-conversation="now"></script>'
    plain = f'<iframe src="{site}/embed/now/" title="Vote" width="100%" height="720"></iframe>'
    for name, code in (("loader", loader), ("plain", plain)):
        tmp_path.joinpath(f"{name}.html").write_text(f"<!DOCTYPE html><title>News</title><h1>News</h1>{code}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    # Another host name, not only another port: for cookies it is another site.
    yield f"http://{'127.0.0.1' if 'localhost' in site else 'localhost'}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Page]:
    """A page of a browser whose user blocks third-party cookies."""
    preferences = tmp_path / "profile" / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text('{"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": true}}')
    context = browser_type.launch_persistent_context(tmp_path / "profile", **browser_type_launch_args)
    yield context.pages[0]
    context.close()


@pytest.fixture
def conversation(other_site):
    conversation = make_conversation(slug="now", title="What now?", last_statement_number=2)
    for number in range(3):
        make_statement(conversation, f"AI should do thing {number}.", number=number)
    Entry.objects.create(conversation=conversation, allowed_origins=[other_site])
    return conversation


def vote_in(frame: FrameLocator, name: str, n_votes: int) -> None:
    frame.get_by_role("button", name=name, exact=True).click()
    expect(frame.get_by_text(f"You have voted on {n_votes} of 3.")).to_be_visible()


@pytest.mark.parametrize("name", ["loader", "plain"])
def test_votes_in_a_frame_are_one_persons_and_leave_no_cookie(page, other_site, conversation, name):
    page.goto(f"{other_site}/{name}.html")
    frame = page.frame_locator("iframe")
    vote_in(frame, "Agree", 1)
    vote_in(frame, "Disagree", 2)
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 2)
    assert page.context.cookies() == []


def test_the_frame_is_as_high_as_its_content(page, other_site, conversation):
    page.goto(f"{other_site}/loader.html")
    expect(page.frame_locator("iframe").get_by_text("AI should do thing").first).to_be_visible()
    page.wait_for_function("document.querySelector('iframe').height !== '720'")
    inside = page.frames[1]
    inside.wait_for_function("document.documentElement.scrollHeight <= innerHeight + 1")


def test_at_the_next_visit_the_same_person_continues(page, other_site, conversation):
    page.goto(f"{other_site}/loader.html")
    vote_in(page.frame_locator("iframe"), "Agree", 1)
    page.wait_for_function("localStorage.length === 1")
    page.reload()
    vote_in(page.frame_locator("iframe"), "Agree", 2)
    assert Participant.objects.count() == 1


def test_a_site_that_was_not_allowed_shows_nothing_and_learns_nothing(page, other_site, conversation):
    Entry.objects.update(allowed_origins=["https://news.example"])
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{other_site}/loader.html")
    page.wait_for_load_state()
    expect(page.frame_locator("iframe").get_by_role("button", name="Agree", exact=True)).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0
