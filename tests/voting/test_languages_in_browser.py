"""A participant's way in other languages: complete, accessible and nothing too wide."""

from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from analysis.services import run_analysis
from constitution.services import adopt_constitution, draft_constitution, save_rule
from tests.factories import make_conversation, make_divided_conversation, make_facilitator, make_statement
from voting.admission import DraftOption, add_question, publish_consent
from voting.models import Conversation, Vote
from voting.translations import translate_statement

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATEMENTS = {
    "ar": "ينبغي للذكاء الاصطناعي أن يكون صادقًا.",
    "ja": "AI は正直であるべきだ。",
    "de": "Die KI soll ehrlich sein.",
}
LONG_GERMAN = (
    "Künstliche-Intelligenz-Anwendungen sollen Datenschutzgrundverordnungsverstöße und "
    "Persönlichkeitsrechtsverletzungen grundsätzlich unterlassen."
)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def conversation() -> Conversation:
    conversation = make_conversation(slug="now", title="What now?", last_statement_number=2, round_size=2)
    for number in range(3):
        statement = make_statement(conversation, f"The AI should be honest. {number}", number=number)
        for language, text in STATEMENTS.items():
            translate_statement(statement=statement, language=language, text=f"{text} {number}")
    publish_consent(conversation=conversation, text="Your votes may train an AI.")
    add_question(
        conversation=conversation, text="How old are you?", options=[DraftOption("16"), DraftOption("17")]
    )
    return conversation


def check(page: Page, language: str, direction: str) -> None:
    """The page names its language, nothing is cut off, and axe finds no fault in either theme."""
    html = page.locator("html")
    expect(html).to_have_attribute("lang", language)
    expect(html).to_have_attribute("dir", direction)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 390, "height": 844})


@dataclass
class Walk:
    """A participant who reads one language, and looks at every page in both themes."""

    page: Page
    language: str
    direction: str

    def said(self, message: str) -> str:
        with override(self.language):
            return gettext(message)

    def press(self, role: str, message: str, then: str) -> None:
        """Press what has this name in the participant's language, and look at where it leads."""
        self.page.get_by_role(role, name=self.said(message), exact=True).first.click()
        self.page.wait_for_url(then)
        self.look()

    def look(self) -> None:
        check(self.page, self.language, self.direction)

    def come_in(self, address: str) -> None:
        """From the landing page over consent and questions to the first card."""
        self.page.set_viewport_size({"width": 390, "height": 844})
        self.page.goto(f"{address}/c/now/?lang={self.language}")
        self.look()
        self.press("link", "Begin", then="**/consent/")
        self.press("button", "I agree", then="**/questions/")
        self.page.get_by_label(self.said("Prefer not to say")).check()
        self.press("button", "Continue", then="**/now/#card")


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("ja", "ltr")])
def test_the_whole_way_in_another_language(page: Page, live_server, conversation, language, direction):
    walk = Walk(page, language, direction)
    walk.come_in(live_server.url)
    card = page.locator(".vote-card__text")
    expect(card).to_contain_text(STATEMENTS[language])
    expect(card).to_have_attribute("lang", language)
    page.get_by_role("button", name=walk.said("Agree"), exact=True).click()
    expect(page.locator("#card").get_by_text(walk.said("You agreed"))).to_be_visible()
    page.keyboard.press("d")
    expect(card).to_have_count(0)
    walk.look()
    walk.press("link", "Stop here", then="**/thanks/")
    page.goto(f"{live_server.url}/c/now/mine/")
    walk.look()
    assert sorted(Vote.objects.values_list("choice", flat=True)) == [-1, 1]


@pytest.fixture
def decided() -> Conversation:
    """A conversation that was voted on, analyzed, and turned into an adopted constitution."""
    conversation = make_divided_conversation(slug="town")
    analysis = run_analysis(conversation=conversation)
    rule = save_rule(name="everyone", min_level=0.5, min_votes_per_group=3)
    draft = draft_constitution(analysis=analysis, rule=rule)
    adopt_constitution(constitution=draft, by=make_facilitator("owner"))
    return conversation


@pytest.mark.parametrize("language", ["ar", "de"])
def test_what_was_decided_can_be_read_in_another_language(page: Page, live_server, decided, language):
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("analysis:results", "analysis:statements", "constitution:latest"):
        page.goto(f"{live_server.url}{reverse(name, args=['town'])}?lang={language}")
        page.evaluate("document.querySelectorAll('main details').forEach((part) => { part.open = true; })")
        check(page, language, "rtl" if language == "ar" else "ltr")


def test_without_javascript_a_language_is_chosen_and_the_original_read(
    page_without_javascript: Page, live_server, conversation
):
    conversation.consent = None
    conversation.asks_questions = False
    conversation.save()
    page = page_without_javascript
    page.goto(f"{live_server.url}/c/now/")
    page.get_by_label("Language: English").click()
    page.get_by_role("link", name="العربيّة").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".vote-card__text")).to_contain_text(STATEMENTS["ar"])
    expect(page.get_by_text("The AI should be honest.")).to_be_hidden()
    page.locator(".vote-card summary").click()
    expect(page.get_by_text("The AI should be honest.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_long_german_words_stay_on_the_page(page: Page, live_server, conversation, width):
    conversation.consent = None
    conversation.asks_questions = False
    conversation.title = LONG_GERMAN
    conversation.save()
    conversation.statements.update(text=LONG_GERMAN, language="de")
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{live_server.url}/c/now/?lang=de")
    expect(page.locator(".vote-card__text")).to_have_text(LONG_GERMAN)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    overflowing = (
        "[...document.querySelectorAll('button, h1, h2')].filter((e) => e.scrollWidth > e.clientWidth + 1)"
    )
    assert page.evaluate(f"{overflowing}.map((e) => e.textContent.trim())") == []
