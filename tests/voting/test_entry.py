"""The facilitator's page about who comes in."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_conversation, make_facilitator
from voting.models import Entry, Invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(client):
    owner = make_facilitator()
    client.force_login(owner)
    return make_conversation(slug="now", owner=owner)


def save(client, **fields):
    return client.post("/facilitate/now/access/", {"mode": "anybody"} | fields)


def test_a_facilitator_names_the_sites_that_may_embed(client, conversation):
    assert "Name the sites" in client.get("/facilitate/now/access/").content.decode()
    assert save(client, allowed_origins="https://a.example/\nhttps://a.example").status_code == 302
    assert Entry.objects.get().allowed_origins == ["https://a.example"]
    page = client.get("/facilitate/now/access/").content.decode()
    assert "data-conversation=" in page
    assert "/embed/now/" in page


def test_work_can_be_asked_of_newcomers(client, conversation):
    for bits in ("14", ""):
        assert save(client, proof_of_work_bits=bits).status_code == 302
        assert Entry.objects.get().proof_of_work_bits == int(bits or 0)
        client.get("/c/now/")
    assert save(client, proof_of_work_bits="60").status_code == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": "nobody"},
        {"allowed_origins": "http://a.example"},
        {"completion_url": "http://panel.example"},
        {"completion_url": "https://{id}.example"},
        {"completion_url": "javascript:alert(1)"},
    ],
)
def test_what_makes_no_sense_is_not_saved(client, conversation, fields):
    assert save(client, **fields).status_code == 422
    assert not Entry.objects.exists()


def test_a_secret_is_made_and_shown_only_here(client, conversation):
    client.post("/facilitate/now/access/secret/")
    secret = Entry.objects.get().panel_secret
    assert len(secret) > 40
    assert secret in client.get("/facilitate/now/access/").content.decode()
    assert secret not in client.get("/c/now/").content.decode()


def test_links_come_as_a_file(client, conversation):
    lines = client.post("/facilitate/now/access/links/", {"n": 3}).content.decode().split()
    assert lines[0] == "link"
    assert len({line for line in lines[1:] if "/c/now/invitation/" in line}) == 3
    assert client.post("/facilitate/now/access/links/", {"n": 0}).status_code == 422


def test_addresses_are_written_to_by_one_job(client, conversation):
    for address in ("ann@example.org", "bob@example.org"):
        assert client.post("/facilitate/now/access/mail/", {"addresses": address}).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="voting.jobs.send_invitations").count() == 1
    assert Invitation.objects.exclude(address="").count() == 2
    assert client.post("/facilitate/now/access/mail/", {"addresses": "nobody"}).status_code == 422


@pytest.mark.parametrize("path", ["", "secret/", "links/", "mail/"])
def test_a_stranger_sees_and_changes_nothing(client, conversation, path):
    client.force_login(make_facilitator())
    assert client.post(f"/facilitate/now/access/{path}", {"n": 1}).status_code == 404
    assert not Invitation.objects.exists()
