"""What keeps abuse away, and that nothing about a network stays."""

import hashlib
import time

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client, RequestFactory

from tests.factories import make_conversation, make_statement
from voting import abuse
from voting.abuse import Limit, network_hash, stamp_form
from voting.identity import make_ticket
from voting.jobs import forget_networks
from voting.models import DailySalt, Entry, Participant, RateCount, Statement, Vote
from voting.proof_of_work import is_proof
from voting.recent_counts import RecentCounts

pytestmark = pytest.mark.django_db

STRANGER = "203.0.113.77"


@pytest.fixture(autouse=True)
def _nothing_counted():
    abuse._votes.clear()
    abuse._salts.clear()


@pytest.fixture
def conversation():
    return make_conversation(is_strictly_moderated=True)


def write(client, conversation, text, **fields):
    return client.post(f"/c/{conversation.slug}/statements/", {"text": text, **fields}, REMOTE_ADDR=STRANGER)


def cast(client, statement, **fields):
    path = f"/c/{statement.conversation.slug}/statements/{statement.number}/vote/"
    return client.post(path, {"choice": 1, **fields}, REMOTE_ADDR=STRANGER)


def hash_of(address):
    return network_hash(RequestFactory().get("/", REMOTE_ADDR=address))


def test_no_table_holds_an_address_or_a_part_of_it(client, conversation):
    cast(client, make_statement(conversation))
    write(client, conversation, "AI should rhyme.")
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
            assert not [row for row in cursor.fetchall() if "203.0.113" in row[0]]
    assert RateCount.objects.exists()


def test_a_network_is_one_mark_for_a_day_and_no_address_in_it_is_told_from_another():
    assert hash_of("203.0.113.1") == hash_of("203.0.113.200") == hash_of("::ffff:203.0.113.5")
    assert hash_of("203.0.113.1") != hash_of("203.0.112.1")
    assert hash_of("2001:db8:1:2::1") == hash_of("2001:db8:1:3::9") != hash_of("2001:db8:2::1")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "", "nonsense"])
def test_this_machine_and_what_is_no_address_have_no_mark(address):
    assert hash_of(address) == ""


def test_with_the_day_its_salt_goes_so_that_no_mark_can_be_undone():
    today = hash_of(STRANGER)
    DailySalt.objects.update(day="2020-01-01")
    RateCount.objects.create(key="old", n=1, ends_at="2020-01-01T00:00:00Z")
    assert forget_networks(0) == 1
    assert not DailySalt.objects.exists()
    abuse._salts.clear()
    assert hash_of(STRANGER) != today


def test_one_person_cannot_vote_faster_than_people_read(client, conversation, monkeypatch):
    monkeypatch.setattr(abuse, "VOTES_BY_PARTICIPANT", Limit(2, 60))
    statement = make_statement(conversation)
    statuses = [cast(client, statement).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 429]  # The first came before there was a cookie to know them by.
    response = cast(client, statement)
    assert 0 < int(response["Retry-After"]) <= 61
    assert "What came before is kept" in response.content.decode()
    assert cast(Client(), statement).status_code == 302


def test_a_cookie_of_another_conversation_put_in_front_hides_nobody(client, conversation, monkeypatch):
    monkeypatch.setattr(abuse, "VOTES_BY_PARTICIPANT", Limit(1, 60))
    statements = [make_statement(conversation), make_statement(make_conversation())]
    for statement in statements:
        cast(client, statement)
    for morsel in client.cookies.values():
        morsel["path"] = "/"
    cast(client, statements[0])
    assert cast(client, statements[0]).status_code == 429


def test_with_htmx_a_refusal_is_a_notice_and_not_a_page(client, conversation, monkeypatch):
    monkeypatch.setattr(abuse, "VOTES_BY_NETWORK", Limit(0, 60))
    path = f"/c/{conversation.slug}/statements/{make_statement(conversation).number}/vote/"
    response = client.post(path, {"choice": 1}, REMOTE_ADDR=STRANGER, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Retarget"]) == (429, "#refusal")
    assert "<html" not in response.content.decode()


def test_a_network_cannot_make_people_without_end(conversation, monkeypatch):
    monkeypatch.setattr(abuse, "NEWCOMERS_BY_NETWORK", Limit(2, 60))
    statement = make_statement(conversation)
    assert [cast(Client(), statement).status_code for _ in range(3)] == [302, 302, 429]
    assert Participant.objects.count() == 2


@pytest.mark.parametrize(
    "name", ["STATEMENTS_BY_PARTICIPANT", "STATEMENTS_BY_NETWORK", "STATEMENTS_IN_CONVERSATION"]
)
def test_statements_are_limited_and_the_refused_one_is_not_kept(client, conversation, monkeypatch, name):
    cast(client, make_statement(conversation))
    monkeypatch.setattr(abuse, name, Limit(1, 60))
    assert [write(client, conversation, f"Rule {n}.").status_code for n in range(2)] == [302, 429]
    assert Statement.objects.filter(status="pending").count() == 1


def test_after_its_window_counting_begins_anew():
    assert [abuse.count("x", 60)[0] for _ in range(2)] == [1, 2]
    RateCount.objects.update(ends_at="2020-01-01T00:00:00Z")
    assert abuse.count("x", 60) == (1, 60)
    counts = RecentCounts()
    assert [counts.count("x", 60, now)[0] for now in (0, 59, 60)] == [1, 2, 1]


def test_a_program_that_fills_in_everything_is_refused(client, conversation):
    assert write(client, conversation, "Buy this.", website="https://spam.example").status_code == 422
    assert not Statement.objects.exists()


def test_what_comes_faster_than_anybody_writes_is_refused(client, conversation, settings, monkeypatch):
    settings.LEAST_WRITING_SECONDS = 2
    began = stamp_form()
    assert write(client, conversation, "AI should rhyme.", began=began).status_code == 429
    for forged in ("", "0", "0~forged"):
        assert write(client, conversation, "AI should rhyme.", began=forged).status_code == 422
    assert not Statement.objects.exists()
    later = time.time() + 3
    monkeypatch.setattr("voting.abuse.time.time", lambda: later)
    assert write(client, conversation, "AI should rhyme.", began=began).status_code == 302


def test_the_form_carries_the_guard_fields(client, conversation):
    make_statement(conversation)
    page = client.get(f"/c/{conversation.slug}/").content.decode()
    assert 'name="website"' in page
    assert 'name="began"' in page


def work_on(ticket, bits):
    return next(str(n) for n in range(10**6) if is_proof(ticket, str(n), bits))


def test_where_work_is_asked_for_a_newcomer_has_to_do_it_once(client, conversation):
    Entry.objects.create(conversation=conversation, proof_of_work_bits=8)
    statement = make_statement(conversation)
    ticket = make_ticket(conversation)
    foreign = make_ticket(make_conversation())
    wrong = next(str(n) for n in range(100) if not is_proof(ticket, str(n), 8))
    for fields in (
        {},
        {"ticket": ticket},
        {"ticket": ticket, "proof": wrong},
        {"ticket": ticket, "proof": "x"},
    ):
        assert cast(client, statement, **fields).status_code == 403
    assert cast(client, statement, ticket=foreign, proof=work_on(foreign, 8)).status_code == 403
    assert not Vote.objects.exists()
    assert cast(client, statement, ticket=ticket, proof=work_on(ticket, 8)).status_code == 302
    assert cast(client, statement).status_code == 302


def test_without_javascript_a_newcomer_is_told_beforehand_that_it_is_needed(client, conversation):
    statement = make_statement(conversation)
    page = f"/c/{conversation.slug}/"
    assert "<noscript>" not in client.get(page).content.decode()
    Entry.objects.create(conversation=conversation, proof_of_work_bits=8)
    assert "<noscript>" in client.get(page).content.decode()
    ticket = make_ticket(conversation)
    cast(client, statement, ticket=ticket, proof=work_on(ticket, 8))
    assert "<noscript>" not in client.get(page).content.decode()


def test_a_proof_is_what_the_docs_say():
    number = work_on("ticket", 12)
    assert hashlib.sha256(f"ticket:{number}".encode()).hexdigest().startswith("000")
