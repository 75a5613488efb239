"""The constitution's pages: for everyone, and for those who run the conversation."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from constitution.editing import discard_draft, remove_principle
from constitution.export import MEDIA_TYPES
from constitution.services import adopt_constitution
from constitution.views import drafts
from tests.factories import make_conversation, make_facilitator

pytestmark = pytest.mark.django_db

RULE = {"min_level": "0.75", "min_votes_per_group": "3", "max_principles": "75", "order": "level"}


@pytest.fixture
def facilitator(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def stranger():
    other = Client()
    other.force_login(make_facilitator("stranger"))
    return other


def page(name, *args):
    return reverse(f"constitution:{name}", args=["town", *args])


def test_everyone_reads_an_adopted_constitution(client, adopted):
    answer = client.get(page("latest"))
    assert answer.status_code == 200
    for words in ("Choose the response that tells the truth.", adopted.sha256, "The AI should take sides"):
        assert words in answer.content.decode()


def test_who_adopted_unworded_statements_has_settled_their_wording(client, owner, adopted):
    assert "It stands as the public wrote it" in client.get(page("latest")).content.decode()
    assert "needs a person" not in client.get(page("latest")).content.decode()


def test_without_a_constitution_the_page_says_what_will_be_there(client, conversation):
    assert "The constitution will stand here" in client.get(page("latest")).content.decode()


def test_a_draft_is_for_the_facilitator_only(client, stranger, draft, owner):
    address = page("detail", 1)
    assert client.get(address).status_code == 404
    assert stranger.get(address).status_code == 404
    client.force_login(owner)
    assert "This is a draft" in client.get(address).content.decode()


@pytest.mark.parametrize("format", list(MEDIA_TYPES))
def test_every_file_can_be_taken_away(client, adopted, format):
    answer = client.get(page("export", 1, format))
    assert answer.status_code == 200
    assert f'filename="town-v1.{MEDIA_TYPES[format][1]}"' in answer["Content-Disposition"]


def test_files_of_a_draft_are_not_public(client, draft):
    assert client.get(page("export", 1, "json")).status_code == 404


def test_an_unknown_format_or_version_is_not_found(client, adopted):
    assert client.get(page("export", 1, "pdf")).status_code == 404
    assert client.get(page("detail", 7)).status_code == 404


def test_a_conversation_that_has_not_begun_shows_nothing(client):
    make_conversation(slug="secret", status="draft")
    assert client.get(reverse("constitution:latest", args=["secret"])).status_code == 404


def test_the_publics_words_are_never_markup(client, conversation, analysis, rule):
    conversation.title = "<script>alert(1)</script>"
    conversation.save()
    assert b"<script>alert" not in client.get(page("latest")).content


def addresses(draft):
    pk = draft.principles.first().pk
    reads = [page("manage"), page("draft", 1), page("adopt", 1), page("principle", 1, pk)]
    moves = [page("move_principle", 1, pk), page("remove_principle", 1, pk), page("make_draft")]
    return reads, [*moves, page("adopt", 1), page("principle", 1, pk)]


def test_strangers_find_no_desk(stranger, draft):
    reads, writes = addresses(draft)
    assert {stranger.get(address).status_code for address in reads} == {404}
    assert {stranger.post(address).status_code for address in writes} == {404}
    draft.refresh_from_db()
    assert not draft.is_adopted()


def test_nobody_works_there_without_signing_in(client, draft):
    reads, writes = addresses(draft)
    assert {client.get(address).status_code for address in reads} == {302}
    assert {client.post(address).status_code for address in writes} == {302}


def test_the_desk_of_a_new_conversation_points_to_the_analysis(facilitator, conversation):
    assert "Analyze the votes" in facilitator.get(page("manage")).content.decode()


def test_the_rule_shows_its_yield(facilitator, analysis):
    content = facilitator.get(page("manage"), RULE).content.decode()
    assert "<strong>4</strong> principles of 6 statements" in content


def test_a_preview_without_script_drafts_nothing(facilitator, conversation, analysis):
    answer = facilitator.post(page("make_draft"), RULE | {"max_principles": "3", "preview": "yes"})
    assert "<strong>3</strong> principles" in answer.content.decode()
    assert not conversation.constitutions.exists()


def test_htmx_gets_the_yield_alone(facilitator, analysis):
    answer = facilitator.get(page("manage"), RULE | {"max_principles": "2"}, headers={"HX-Request": "true"})
    content = answer.content.decode()
    assert "<strong>2</strong> principles" in content
    assert "<html" not in content
    assert "HX-Request" in answer["Vary"]


def test_a_rule_that_makes_no_sense_yields_nothing(facilitator, analysis):
    content = facilitator.get(page("manage"), RULE | {"min_level": "seven"}).content.decode()
    assert "Fill in the rule" in content


def test_a_facilitator_drafts(facilitator, conversation, analysis):
    answer = facilitator.post(page("make_draft"), RULE | {"title": "Our words"}, follow=True)
    assert conversation.constitutions.get().title == "Our words"
    assert "need" in answer.content.decode()


def test_a_rule_without_yield_is_explained(facilitator, conversation, analysis):
    answer = facilitator.post(page("make_draft"), RULE | {"min_level": "0.99"})
    assert answer.status_code == 422
    assert "No statement qualifies." in answer.content.decode()
    assert not conversation.constitutions.exists()


def test_drafting_needs_an_analysis(facilitator, conversation):
    assert facilitator.post(page("make_draft"), RULE).status_code == 422


def test_a_facilitator_words_a_principle(facilitator, draft):
    flagged = draft.principles.get(needs_editing=True)
    fields = {"text": "Choose the response that is kind.", "framing": "positive", "weight": "1"}
    assert facilitator.post(page("principle", 1, flagged.pk), fields).status_code == 302
    flagged.refresh_from_db()
    assert (flagged.text, flagged.needs_editing) == ("Choose the response that is kind.", False)


def test_words_that_are_no_principle_come_back_with_the_reason(facilitator, draft):
    first = draft.principles.first()
    fields = {"text": "Be kind.", "framing": "positive", "weight": "1"}
    answer = facilitator.post(page("principle", 1, first.pk), fields)
    assert answer.status_code == 422
    assert "A principle begins with" in answer.content.decode()


def test_a_facilitator_reorders_and_takes_out(facilitator, draft):
    first, second, *_ = draft.principles.all()
    facilitator.post(page("move_principle", 1, first.pk), {"direction": "down"})
    facilitator.post(page("remove_principle", 1, second.pk))
    assert draft.principles.first() == first
    assert draft.principles.count() == 3


def test_adopting_asks_first(facilitator, draft):
    assert facilitator.post(page("adopt", 1), {}).status_code == 422
    answer = facilitator.post(page("adopt", 1), {"is_confirmed": "on"})
    assert "confirm that they stand as the public wrote them" in answer.content.decode()
    facilitator.post(page("adopt", 1), {"is_confirmed": "on", "accept_flagged": "on"})
    draft.refresh_from_db()
    assert draft.is_adopted()
    assert draft.adopted_by.username == "owner"


def test_no_form_reaches_an_adopted_constitution(facilitator, adopted):
    reads, writes = addresses(adopted)
    assert {facilitator.get(address).status_code for address in reads[1:]} == {409}
    assert {facilitator.post(address).status_code for address in writes if "draft/" not in address} == {409}
    adopted.refresh_from_db()
    assert json.dumps(adopted.document["principles"]).count('"id"') == 8


def test_a_draft_is_discarded_and_nothing_else(facilitator, draft, analysis):
    assert page("discard", 1) in facilitator.get(page("draft", 1)).content.decode()
    answer = facilitator.post(page("discard", 1), follow=True)
    assert "The draft of version 1 is discarded." in answer.content.decode()
    assert analysis.conversation.constitutions.count() == 0
    assert analysis.conversation.analyses.count() == 1


def test_an_adopted_version_is_not_discarded(facilitator, adopted):
    assert facilitator.post(page("discard", 1)).status_code == 409
    adopted.refresh_from_db()


def test_a_stranger_discards_nothing(stranger, client, draft):
    assert stranger.post(page("discard", 1)).status_code == 404
    assert client.post(page("discard", 1)).status_code == 302
    draft.refresh_from_db()


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something happen between a request's finding what it changes, and its change."""

    def happens(deed):
        for name in ("get_draft", "get_draft_principle"):
            monkeypatch.setattr(drafts, name, then(getattr(drafts, name), deed))

    def then(find, deed):
        def find_first(*args):
            found = find(*args)
            deed(found)
            return found

        return find_first

    return happens


def draft_of(found):
    return getattr(found, "constitution", found)


def send(client, name, principle):
    """Send the form of that name as it stands on the desk."""
    of_principle = name in ("principle", "move_principle", "remove_principle")
    words = {"text": "Choose the response that lies.", "framing": "positive", "weight": "1"}
    fields = words | {"is_confirmed": "on", "accept_flagged": "on"}
    return client.post(page(name, 1, principle.pk) if of_principle else page(name, 1), fields)


FORMS = ["principle", "move_principle", "remove_principle", "adopt", "discard"]


@pytest.mark.parametrize("name", FORMS)
def test_who_comes_a_moment_after_the_adoption_is_told_so(facilitator, draft, owner, meanwhile, name):
    principle = draft.principles.first()
    meanwhile(lambda found: adopt_constitution(constitution=draft_of(found), by=owner, accept_flagged=True))
    answer = send(facilitator, name, principle)
    assert answer.status_code == 409
    assert "Version 1 is adopted" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.is_adopted()
    assert draft.principles.get(pk=principle.pk).text == principle.text


@pytest.mark.parametrize("name", FORMS)
def test_who_comes_a_moment_after_the_draft_was_discarded_is_told_so(facilitator, draft, meanwhile, name):
    meanwhile(lambda found: discard_draft(constitution=draft_of(found)))
    answer = send(facilitator, name, draft.principles.first())
    assert answer.status_code == 409
    assert "Version 1 was discarded" in answer.content.decode()


@pytest.mark.parametrize("name", ["principle", "move_principle", "remove_principle"])
def test_a_principle_taken_out_a_moment_ago_stays_out(facilitator, draft, name):
    first = draft.principles.first()
    remove_principle(principle=draft.principles.get(pk=first.pk))
    answer = send(facilitator, name, first)
    assert answer.status_code == 409
    assert "taken out before your request came" in answer.content.decode()
    assert draft.principles.count() == 3
