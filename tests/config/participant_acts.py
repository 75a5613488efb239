"""What participants meet by acting: too often, too late, wrongly, offline, or for the last time."""

from collections.abc import Iterator
from unittest import mock

from django.test import RequestFactory
from django.utils.translation import override
from django.views.defaults import server_error
from playwright.sync_api import Page, expect

from voting import abuse
from voting.admission import publish_consent
from voting.models import Conversation

NEVER = abuse.Limit(0, 60)
SUBMIT = "main form [type=submit]"


def through_refusals(page: Page, address: str, language: str) -> Iterator[tuple[str, Page]]:
    """Everything that is answered with a no, a not yet or a goodbye."""
    yield from too_often(page, address)
    yield from filled_in_wrongly(page, address)
    yield from offline(page, address)
    yield from too_late(page, address)
    yield from errors(page, address, language)
    yield from goodbyes(page, address)


def too_often(page: Page, address: str) -> Iterator[tuple[str, Page]]:
    with mock.patch.object(abuse, "CODES_BY_PERSON", NEVER):
        page.goto(f"{address}/c/email/sign-in/")
        page.locator("[name=address]").fill("mina@example.org")
        page.locator(SUBMIT).click()
        expect(page.locator(".lede[role=alert]")).to_be_visible()
        yield "429 page", page
    with mock.patch.object(abuse, "VOTES_BY_PARTICIPANT", NEVER):
        page.goto(f"{address}/c/cards/?continue=1")
        page.locator(".vote-agree.vote-bar__button").first.click()
        expect(page.locator("#refusal .notice")).to_be_visible()
        yield "429 in place", page
    page.locator("#send-now").click()
    expect(page.locator("#waiting [data-waiting=sent]")).to_be_visible()
    yield "all sent", page


def filled_in_wrongly(page: Page, address: str) -> Iterator[tuple[str, Page]]:
    """Past the browser's own check, as browsers without one do."""
    page.goto(f"{address}/c/asked/questions/")
    send_unchecked(page)
    yield "questions not answered", page
    page.goto(f"{address}/c/email/sign-in/")
    page.locator("[name=address]").fill("nobody")
    send_unchecked(page)
    yield "no address", page
    page.locator("[name=address]").fill("tom@example.org")
    page.locator(SUBMIT).click()
    page.locator("[name=code]").fill("000000")
    send_unchecked(page)
    yield "wrong code", page


def send_unchecked(page: Page) -> None:
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.locator(SUBMIT).click()
    expect(page.locator(".errorlist").first).to_be_visible()


def offline(page: Page, address: str) -> Iterator[tuple[str, Page]]:
    page.goto(f"{address}/c/cards/?continue=1")
    page.context.set_offline(True)
    page.locator(".vote-pass.vote-bar__button").first.click()
    expect(page.locator("#waiting")).to_be_visible()
    yield "a vote that waits", page
    page.context.set_offline(False)
    expect(page.locator("#waiting [data-waiting=sent]")).to_be_visible()


def too_late(page: Page, address: str) -> Iterator[tuple[str, Page]]:
    consent = Conversation.objects.get(slug="consent")
    page.goto(f"{address}/c/consent/consent/")
    publish_consent(conversation=consent, text="Your votes may train a robot.")
    page.locator(SUBMIT).click()
    expect(page.locator(".notice--info")).to_be_visible()
    yield "consent changed meanwhile", page
    page.goto(f"{address}/c/cards/?continue=1")
    Conversation.objects.filter(slug="cards").update(status="closed")
    page.locator(".vote-agree.vote-bar__button").first.click()
    expect(page.locator("#card .notice--info")).to_be_visible()
    yield "closed meanwhile", page
    Conversation.objects.filter(slug="cards").update(status="open")


def errors(page: Page, address: str, language: str) -> Iterator[tuple[str, Page]]:
    page.goto(f"{address}/c/town/mine/")
    page.locator("main [name=choice]").first.evaluate("(button) => { button.value = '9'; button.click(); }")
    page.wait_for_url("**/vote/")
    yield "400 page", page
    page.goto(f"{address}/c/asked/questions/")
    page.locator("main [type=radio]").first.check()
    page.locator("main [name=csrfmiddlewaretoken]").evaluate("(field) => { field.value = 'x'; }")
    page.locator(SUBMIT).click()
    expect(page.locator("fieldset")).to_have_count(0)
    yield "403 page of a form", page
    with override(language):
        body = server_error(RequestFactory().get("/")).content
    page.route("**/broken/", lambda route: route.fulfill(status=500, body=body, content_type="text/html"))
    page.goto(f"{address}/c/broken/")
    yield "500 page", page


def goodbyes(page: Page, address: str) -> Iterator[tuple[str, Page]]:
    page.goto(f"{address}/c/town/mine/delete/")
    page.locator(f"{SUBMIT}.button--danger").click()
    expect(page.locator(".messages .notice--success")).to_be_visible()
    yield "data deleted", page
