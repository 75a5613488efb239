"""The little work of a newcomer, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_conversation, make_statement
from voting.models import Entry, Participant, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_browser_does_the_work_and_the_vote_counts(page: Page, live_server):
    conversation = make_conversation(slug="now", last_statement_number=1)
    for number in range(2):
        make_statement(conversation, f"AI should do thing {number}.", number=number)
    Entry.objects.create(conversation=conversation, proof_of_work_bits=14)
    page.goto(f"{live_server.url}/c/now/")
    for outcome in ("You have voted on 1 of 2.", "You have voted on everything"):
        page.get_by_role("button", name="Agree", exact=True).click()
        expect(page.locator("#card").get_by_text(outcome)).to_be_visible()
        expect(page.locator("#card").get_by_text("You agreed")).to_be_visible()
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 2)
