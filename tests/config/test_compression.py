"""What is sent compressed, and what is not."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders

from tests.factories import make_conversation, make_statement

pytestmark = pytest.mark.django_db

MOST_BEFORE_THE_FIRST_VOTE = 60_000
ZIPPED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def page(client):
    conversation = make_conversation(slug="now", description="What an assistant should do. " * 20)
    make_statement(conversation, "The AI should be honest. " * 8, number=1)
    return client.get("/c/now/", headers=ZIPPED)


def test_a_page_is_sent_compressed(page):
    assert page["Content-Encoding"] == "gzip"
    assert b"The AI should be honest." in gzip.decompress(page.content)


def test_who_takes_nothing_compressed_gets_the_page_as_it_is(client, page):
    assert "Content-Encoding" not in client.get("/c/now/").headers


def test_a_download_keeps_its_length(client, page):
    client.post("/c/now/statements/1/vote/", {"choice": 1})
    download = client.get("/c/now/mine/download/", headers=ZIPPED)
    assert "Content-Encoding" not in download.headers


def test_all_before_the_first_vote_is_light(client, page):
    """Everything the page names, once; headers are some 400 bytes each."""
    named = set(re.findall(r'/static/([^"#?]+)', gzip.decompress(page.content).decode()))
    assert {"css/app.css", "js/voting.js"} <= named
    size = len(page.content) + 400 * (1 + len(named))
    for name in named:
        with open(finders.find(name), "rb") as file:
            size += len(gzip.compress(file.read()))
    assert size < MOST_BEFORE_THE_FIRST_VOTE
