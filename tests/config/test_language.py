"""Which language a page speaks, and what is remembered of it."""

import pytest
from django.urls import reverse

from tests.factories import make_conversation, make_statement
from voting.embedding import frame_address
from voting.identity import uuid
from voting.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation():
    conversation = make_conversation(slug="now", title="What now?")
    make_statement(conversation, number=0)
    return conversation


def html_of(response) -> str:
    page = response.content.decode()
    return page[page.index("<html") : page.index("<head")].strip()


@pytest.mark.parametrize(
    ("wish", "html"),
    [
        ("de", '<html lang="de" dir="ltr">'),
        ("de-AT,en;q=0.5", '<html lang="de" dir="ltr">'),
        ("xx,ar;q=0.3", '<html lang="ar" dir="rtl">'),
        ("ja", '<html lang="ja" dir="ltr">'),
        ("xx", '<html lang="en" dir="ltr">'),
        ("*", '<html lang="en" dir="ltr">'),
        ("a" * 5000, '<html lang="en" dir="ltr">'),
        ("de," + "x," * 3000, '<html lang="de" dir="ltr">'),
        ("", '<html lang="en" dir="ltr">'),
    ],
)
def test_a_page_speaks_what_the_browser_prefers(client, conversation, wish, html):
    assert html_of(client.get("/c/now/", headers={"Accept-Language": wish})) == html


def test_what_is_chosen_wins_and_is_remembered(client, conversation):
    chosen = client.get("/c/now/?lang=ar", headers={"Accept-Language": "de"})
    assert html_of(chosen) == '<html lang="ar" dir="rtl">'
    cookie = chosen.cookies["language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("ar", "Lax", True)
    again = client.get("/c/now/", headers={"Accept-Language": "de"})
    assert html_of(again) == '<html lang="ar" dir="rtl">'


@pytest.mark.parametrize("wish", ["xx", "", "../../etc", "de\n", "a" * 5000, "fr'--"])
def test_an_unknown_language_is_ignored(client, conversation, wish):
    response = client.get("/c/now/", {"lang": wish}, headers={"Accept-Language": "de"})
    assert html_of(response) == '<html lang="de" dir="ltr">'
    assert "language" not in response.cookies


def test_who_prefers_none_of_ours_reads_the_conversations_language(client):
    make_conversation(slug="yes", language="fr")
    assert html_of(client.get("/c/yes/", headers={"Accept-Language": "fi"})) == '<html lang="fr" dir="ltr">'
    assert (
        html_of(client.get("/c/yes/", headers={"Accept-Language": "fi,de"})) == '<html lang="de" dir="ltr">'
    )


def test_caches_are_told_what_a_page_depends_on(client, conversation):
    response = client.get("/c/now/?lang=ar")
    assert response["Content-Language"] == "ar"
    assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))


def test_every_page_offers_every_language_and_keeps_its_address(client, conversation):
    page = client.get("/c/now/", {"statement": "0"}).content.decode()
    for code in ("ar", "de", "en", "es", "fr", "ja"):
        assert f'href="?statement=0&amp;lang={code}"' in page


def test_a_refusal_and_a_missing_page_speak_the_language_too(client, conversation):
    missing = client.get("/c/nowhere/?lang=de")
    assert (missing.status_code, html_of(missing)) == (404, '<html lang="de" dir="ltr">')
    assert "Unter dieser Adresse" in missing.content.decode()
    Entry.objects.create(conversation=conversation, mode=Entry.Mode.INVITATION)
    refused = client.post("/c/now/statements/0/vote/", {"choice": "1"})
    assert refused.status_code == 403
    assert "Das ist nicht möglich" in refused.content.decode()


@pytest.mark.parametrize("name", ["login", "evaluation:overview"])
def test_pages_for_facilitators_and_researchers_are_english_and_say_so(client, name):
    response = client.get(reverse(name), headers={"Accept-Language": "ar"}, follow=True)
    assert html_of(response) == '<html lang="en" dir="ltr">'


def test_a_frame_keeps_the_language_in_its_address(client, conversation):
    begun = client.get("/embed/now/?lang=ar")
    assert "/ar/c/now/" in begun["Location"]
    page = client.get(begun["Location"], headers={"Accept-Language": "de"})
    assert html_of(page) == '<html lang="ar" dir="rtl">'
    assert f'action="{begun["Location"]}statements/0/vote/"' in page.content.decode()
    assert "language" not in page.cookies


def test_choosing_another_language_in_a_frame_moves_to_its_address(client, conversation):
    address = frame_address("now", uuid.uuid4(), "ar")
    response = client.get(f"{address}?statement=0&lang=ja")
    assert response["Location"] == address.replace("/ar/", "/ja/") + "?statement=0"
    assert html_of(client.get(response["Location"])) == '<html lang="ja" dir="ltr">'


def test_a_frame_in_an_unknown_language_is_served_all_the_same(client, conversation):
    begun = client.get("/embed/now/?lang=xx", headers={"Accept-Language": "de"})
    assert (
        html_of(client.get(begun["Location"], headers={"Accept-Language": "de"}))
        == '<html lang="de" dir="ltr">'
    )
