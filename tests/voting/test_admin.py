import pytest

from tests.factories import make_conversation, make_facilitator, make_participant, make_statement, make_vote
from voting.admission import publish_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(make_facilitator(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("model", ["conversation", "statement", "decision", "participant", "vote"])
def test_every_list_opens(staff, model):
    make_vote(make_participant(conversation := make_conversation()), make_statement(conversation))
    assert staff.get(f"/admin/voting/{model}/").status_code == 200


@pytest.mark.parametrize("model", ["participant", "vote"])
def test_votes_and_participants_can_only_be_looked_at(staff, model):
    vote = make_vote(make_participant(conversation := make_conversation()), make_statement(conversation))
    row = vote if model == "vote" else vote.participant
    assert staff.get(f"/admin/voting/{model}/{row.pk}/change/").status_code == 200
    assert staff.post(f"/admin/voting/{model}/{row.pk}/change/", {"choice": -1}).status_code == 403
    assert staff.post(f"/admin/voting/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get(f"/admin/voting/{model}/add/").status_code == 403


def test_a_statement_is_decided_on_only_where_the_log_is_kept(staff):
    statement = make_statement(make_conversation(), "As it was.", status="pending")
    staff.post(
        f"/admin/voting/statement/{statement.pk}/change/", {"text": "Other words.", "status": "accepted"}
    )
    statement.refresh_from_db()
    assert (statement.text, statement.status) == ("As it was.", "pending")


@pytest.mark.parametrize("model", ["statement", "participant", "vote"])
def test_rows_are_found_by_their_conversation(staff, model):
    for slug in ("town", "village"):
        conversation = make_conversation(slug=slug)
        make_vote(make_participant(conversation), make_statement(conversation))
    assert "1 result" in staff.get(f"/admin/voting/{model}/", {"q": "town"}).content.decode()


def test_a_participant_is_found_by_number(staff):
    conversation = make_conversation(slug="one")
    for number in (4, 44):
        make_participant(conversation, number)
    assert "1 result" in staff.get("/admin/voting/participant/", {"q": "one 44"}).content.decode()


def test_a_conversation_does_not_list_all_accounts_and_consent_texts(staff):
    conversation = make_conversation()
    publish_consent(conversation=make_conversation(), text="Agree to another conversation?")
    make_facilitator("somebody-else")
    page = staff.get(f"/admin/voting/conversation/{conversation.pk}/change/").content.decode()
    assert "somebody-else" not in page
    assert '<select name="consent"' not in page
