"""Everything a participant does, in a browser in which no script runs."""

import json

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from analysis.services import run_analysis
from tests.factories import make_divided_conversation, make_participant
from voting.admission import DraftOption, add_question, publish_consent
from voting.models import Conversation, Participant, Statement

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

N_STATEMENTS = 12
WRITTEN = "The AI should keep rule 3, rule 4."


@pytest.fixture
def conversation() -> Conversation:
    cache.clear()
    conversation = make_divided_conversation(
        slug="now",
        title="What now?",
        n_statements=N_STATEMENTS,
        last_participant_number=99,
        last_statement_number=99,
        round_size=10,
    )
    run_analysis(conversation=conversation, lock_k=2)
    publish_consent(conversation=conversation, text="Your votes may train an AI.")
    options = [DraftOption("16 or more"), DraftOption("Under 16", admits=False)]
    add_question(conversation=conversation, text="How old are you?", options=options, is_screening=True)
    make_participant(conversation, 77)
    return conversation


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def test_a_participant_does_everything_without_a_script(page_without_javascript, live_server, conversation):
    page = page_without_javascript
    page.goto(f"{live_server.url}/c/now/")
    come_in(page)
    vote_a_round(page)
    undo_and_go_on(page)
    write(page)
    stop_and_look(page)
    change_a_vote(page)
    leave(page)
    assert not Participant.objects.filter(number=100).exists()
    assert not Statement.objects.filter(text=WRITTEN).exists()


def come_in(page: Page) -> None:
    follow(page, "Begin")
    expect(page.get_by_text("Your votes may train an AI.")).to_be_visible()
    press(page, "I agree")
    page.get_by_label("16 or more").check()
    press(page, "Continue")
    expect(page.locator(".vote-card__text")).to_be_visible()


def vote_a_round(page: Page) -> None:
    for number in range(1, 11):
        press(page, "Disagree" if number % 3 == 0 else "Agree")
        expect(page.locator("#card")).to_contain_text(f"{number} of {N_STATEMENTS}")
    expect(page.get_by_role("heading", name="10 votes: thank you")).to_be_visible()


def undo_and_go_on(page: Page) -> None:
    press(page, "Undo")
    expect(page.locator("#card")).to_contain_text(f"9 of {N_STATEMENTS}")
    page.get_by_label("This matters to me").check()
    press(page, "Agree")
    expect(page.get_by_role("heading", name="10 votes: thank you")).to_be_visible()
    follow(page, "Continue")
    expect(page.locator(".vote-card__text")).to_be_visible()


def write(page: Page) -> None:
    page.get_by_label("Your statement").fill(WRITTEN)
    press(page, "Send statement")
    expect(page.get_by_text("Yours is not sent yet.")).to_be_visible()
    press(page, "None of these: send mine")
    expect(page.get_by_text("A moderator reads your statement")).to_be_visible()


def stop_and_look(page: Page) -> None:
    page.goto(page.url.split("/c/now/")[0] + "/c/now/thanks/")
    expect(page.get_by_text("Your 10 votes count.")).to_be_visible()
    expect(page.get_by_label("Your private link")).to_be_visible()
    expect(page.get_by_role("button", name="Copy the link")).to_be_hidden()
    follow(page, "See where you stand")
    expect(page.get_by_role("heading", level=1)).to_have_text("Where you stand")
    expect(page.get_by_role("img").first).to_be_visible()


def change_a_vote(page: Page) -> None:
    page.goto(page.url.split("/c/now/")[0] + "/c/now/mine/")
    expect(page.get_by_text(WRITTEN)).to_be_visible()
    press(page, "Pass")
    expect(page.get_by_text("Your vote is changed.")).to_be_visible()


def leave(page: Page) -> None:
    with page.expect_download() as download:
        follow(page, "Download")
    kept = json.loads(download.value.path().read_text())
    assert [vote["choice"] for vote in kept["votes"]].count(0) == 1
    assert sorted(vote["is_important"] for vote in kept["votes"])[-1] is True
    assert kept["statements"][0]["text"] == WRITTEN
    follow(page, "Delete …")
    press(page, "Delete everything")
    expect(page.get_by_text("Your data is deleted.")).to_be_visible()
