"""A conversation in a frame: its addresses carry who votes, and only allowed sites may show it."""

import re

import pytest
from django.test import Client

from tests.factories import make_conversation, make_facilitator, make_statement
from voting.embedding import OriginRefused, read_origin
from voting.models import Entry, Participant, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation():
    conversation = make_conversation()
    make_statement(conversation, "AI should rhyme.")
    Entry.objects.create(conversation=conversation, allowed_origins=["https://news.example"])
    return conversation


def begin(conversation, query=""):
    """The frame's first address, as a browser without cookies gets it."""
    return Client().get(f"/embed/{conversation.slug}/{query}").url


def cast_in(address, choice=1):
    page = Client().get(address).content.decode()
    action = re.search(r'action="([^"]+/vote/)"', page)[1]
    return Client(enforce_csrf_checks=True).post(action, {"choice": choice})


def test_without_any_cookie_votes_in_a_frame_belong_to_one_person(conversation):
    make_statement(conversation, "AI should sing.")
    address = begin(conversation)
    response = cast_in(address)
    assert response.url.startswith(address)
    assert not response.cookies
    cast_in(address)
    assert (Participant.objects.count(), Vote.objects.count()) == (1, 2)


def test_every_link_and_form_on_the_page_stays_in_the_frame(conversation):
    address = begin(conversation)
    page = Client().get(address).content.decode()
    main = page[page.index("<main") : page.index("</main")]
    links = re.findall(r'(?:href|action|hx-post|hx-get)="(/[^"]*)"', main)
    assert links
    assert [link for link in links if not link.startswith((address, "/static/"))] == []


def test_after_a_frame_was_served_other_pages_have_their_usual_addresses(client, conversation):
    client.get(begin(conversation))
    assert "/frame/" not in client.get(f"/c/{conversation.slug}/").content.decode()


def test_the_frame_names_the_sites_that_may_show_it(conversation):
    for address in (f"/embed/{conversation.slug}/", begin(conversation)):
        response = Client().get(address)
        assert "frame-ancestors https://news.example;" in response["Content-Security-Policy"] + ";"
        assert "X-Frame-Options" not in response


def test_no_site_is_allowed_unless_it_was_named(conversation):
    Entry.objects.update(allowed_origins=[])
    response = Client().get(begin(conversation))
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_outside_a_frame_the_pages_cannot_be_framed(client, conversation):
    response = client.get(f"/c/{conversation.slug}/")
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_a_damaged_or_foreign_token_opens_nothing(client, conversation):
    other = make_conversation()
    address = begin(conversation)
    assert client.get(address.replace("/frame/", "/frame/0")).status_code == 404
    assert client.get(address.replace(conversation.slug, other.slug)).status_code == 404


def test_facilitators_pages_are_not_there_in_a_frame(client, conversation):
    prefix = begin(conversation).removesuffix(f"/c/{conversation.slug}/")
    client.force_login(make_facilitator(is_staff=True))
    assert client.get(f"{prefix}/facilitate/").status_code == 404
    assert client.get(f"{prefix}/accounts/login/").status_code == 404


def test_in_a_frame_nobody_is_told_of_a_cookie_that_is_not_set(client, conversation):
    framed = client.get(begin(conversation)).content.decode()
    usual = client.get(f"/c/{conversation.slug}/").content.decode()
    assert "No cookie is set here" in framed
    assert "a cookie in your browser" not in framed
    assert "a cookie in your browser" in usual


def test_why_a_panels_link_is_refused_is_said_in_the_frame_too(client, conversation):
    page = client.get(f"/embed/{conversation.slug}/?id=p1&expires=1&signature=x")
    assert page.status_code == 403
    assert "frame-ancestors https://news.example" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert 'target="_top"' in page.content.decode()


def test_an_error_page_in_a_frame_leads_out_of_it(client, conversation):
    address = begin(conversation)
    page = client.get(f"{address}return/none/../../nothing/")
    assert page.status_code == 404
    assert 'href="/" target="_top"' in page.content.decode()
    assert 'target="_top"' not in client.get(f"/c/{conversation.slug}/nothing/").content.decode()


def test_a_facilitators_session_counts_for_nothing_in_a_frame(client):
    owner = make_facilitator()
    draft = make_conversation(status="draft", owner=owner)
    client.force_login(owner)
    address = client.get(f"/embed/{draft.slug}/").url
    assert client.get(address).status_code == 404


def test_a_saved_token_continues_as_the_same_person(conversation):
    address = begin(conversation)
    cast_in(address)
    token = address.split("/")[2]
    assert begin(conversation, f"?token={token}") == address
    assert begin(conversation, "?token=made-up") != address


def test_what_would_be_said_by_a_cookie_goes_along_in_the_address(conversation):
    address = begin(conversation)
    response = Client().post(f"{address}statements/", {"text": "AI should be kind."})
    assert "A moderator reads your statement" in Client().get(response.url).content.decode()


def test_a_made_up_message_is_not_shown(conversation):
    assert "Send money" not in Client().get(f"{begin(conversation)}?notice=Send money").content.decode()


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Example.org/", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(text, origin):
    assert read_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "http://example.org",
        "https://*.example.org",
        "https://example.org/page",
        "https://me@example.org",
        "https://example.org;script-src *",
        "https://example.org:99999",
        "javascript:alert(1)",
        "https://",
        "*",
    ],
)
def test_what_is_no_safe_origin_is_refused(text):
    with pytest.raises(OriginRefused, match=r"https://example\.org"):
        read_origin(text)


def test_the_private_link_shown_in_a_frame_leads_out_of_it(conversation):
    address = begin(conversation)
    cast_in(address)
    page = Client().get(f"{address}thanks/").content.decode()
    assert f'value="http://testserver/c/{conversation.slug}/return/' in page
