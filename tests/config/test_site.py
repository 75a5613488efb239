"""What every page carries, how errors look, whether the site is well, and what its log may hold."""

import logging

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, connection, transaction
from django.urls import reverse

from config.discreet_logs import DiscreetFormatter
from tests.factories import make_conversation, make_statement


@pytest.mark.django_db
def test_the_health_page_says_all_is_well(client):
    response = client.get(reverse("health"))
    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_the_health_page_notices_a_lost_database(client, monkeypatch):
    def fail():
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", fail)
    assert client.get(reverse("health")).status_code == 503


@pytest.mark.django_db
def test_every_page_forbids_inline_code_and_framing(client):
    response = client.get(reverse("login"))
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_a_missing_page_is_a_page_too(client):
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert b"<h1>" in response.content


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_a_page():
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(reverse("login"), {})
    assert response.status_code == 403
    assert b"<h1>" in response.content


def test_a_failing_page_keeps_its_cause_to_itself(client, monkeypatch):
    def fail():
        raise RuntimeError("a private thought")

    monkeypatch.setattr(connection, "cursor", fail)
    client.raise_request_exception = False
    response = client.get(reverse("health"))
    assert response.status_code == 500
    assert b"<h1>" in response.content
    assert b"private thought" not in response.content


@pytest.mark.django_db
def test_a_log_line_leaves_out_the_row_the_database_quotes():
    conversation = make_conversation()
    statement = make_statement(conversation, "a private thought")
    try:
        with transaction.atomic():
            make_statement(conversation, "a private thought", number=statement.number, status="unheard-of")
    except IntegrityError as error:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (type(error), error, None)})
        text = DiscreetFormatter().format(record)
    assert "violates" in text
    assert "private thought" not in text


@pytest.mark.django_db
def test_a_session_holds_no_more_than_it_needs(client):
    client.get(reverse("login"))
    assert not User.objects.exists()
    assert not client.session.keys()
