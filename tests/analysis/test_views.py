"""Results for everybody, running analyses for facilitators, nothing for strangers."""

import json

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from analysis.documents import canonical_sha256
from analysis.services import run_analysis
from analysis.views import ANALYSES_PER_PAGE
from tests.factories import (
    make_conversation,
    make_divided_conversation,
    make_facilitator,
    make_grouped_analysis,
    make_statement,
)

pytestmark = pytest.mark.django_db

FILES = [("download", {"number": 1}), ("download_csv", {"number": 1})]


@pytest.fixture
def owner():
    return make_facilitator()


@pytest.fixture
def conversation(owner):
    return make_divided_conversation(owner=owner)


@pytest.fixture
def analysis(conversation):
    return run_analysis(conversation=conversation, lock_k=2)


@pytest.fixture
def owner_client(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def stranger_client(client):
    client.force_login(make_facilitator("stranger"))
    return client


def page(conversation, name="results", **kwargs):
    return reverse(f"analysis:{name}", kwargs={"slug": conversation.slug, **kwargs})


def test_anyone_reads_public_results(client, conversation, analysis):
    content = client.get(page(conversation)).content.decode()
    assert "Both groups agree on 4 of 8 statements" in content
    assert "8 people" in content
    assert "The AI should keep rule 4." in content
    assert analysis.result_sha256 in content


def test_results_need_no_inline_style_or_script(client, conversation, analysis):
    content = client.get(page(conversation)).content.decode()
    assert "style=" not in content
    assert "onclick" not in content


def test_statement_texts_are_escaped(client, conversation):
    conversation.statements.update(text="<script>alert(1)</script>")
    run_analysis(conversation=conversation, lock_k=2)
    for name in ("results", "statements"):
        content = client.get(page(conversation, name)).content.decode()
        assert "<script>alert" not in content
        assert "&lt;script&gt;alert" in content


def test_before_the_first_analysis_the_page_says_what_will_be_there(client, conversation):
    response = client.get(page(conversation))
    assert response.status_code == 200
    assert "Results will appear here" in response.content.decode()


def test_hidden_results_are_not_shown_to_a_stranger(stranger_client, conversation, analysis):
    conversation.results_shown = "hidden"
    conversation.save()
    content = stranger_client.get(page(conversation)).content.decode()
    assert "These results are not public" in content
    assert "rule 4" not in content
    for name, kwargs in [*FILES, ("statements", {})]:
        assert stranger_client.get(page(conversation, name, **kwargs)).status_code == 404


def test_hidden_results_are_shown_to_their_facilitator(owner_client, conversation, analysis):
    conversation.results_shown = "hidden"
    conversation.save()
    assert (
        "results of this conversation are not public" in owner_client.get(page(conversation)).content.decode()
    )
    for name, kwargs in FILES:
        assert owner_client.get(page(conversation, name, **kwargs)).status_code == 200


def test_a_draft_exists_only_for_its_facilitator(stranger_client, conversation, analysis, owner):
    conversation.status = "draft"
    conversation.save()
    assert stranger_client.get(page(conversation)).status_code == 404
    stranger_client.force_login(owner)
    assert stranger_client.get(page(conversation)).status_code == 200


def test_an_older_analysis_can_be_read(client, conversation, analysis):
    run_analysis(conversation=conversation, lock_k=1)
    assert "Most people agree" in client.get(page(conversation)).content.decode()
    assert "Both groups" in client.get(page(conversation), {"analysis": analysis.number}).content.decode()


@pytest.mark.parametrize("asked", ["99", "abc", "-1", "1e9", "9" * 40, "²"])
def test_an_analysis_that_is_not_there_is_not_found(client, conversation, analysis, asked):
    for name in ("results", "statements"):
        assert client.get(page(conversation, name), {"analysis": asked}).status_code == 404


def test_an_analysis_of_another_conversation_is_not_found(client, conversation, analysis):
    other = make_conversation()
    assert client.get(page(other, "download", number=analysis.number)).status_code == 404


def test_the_json_is_the_hashed_document(client, conversation, analysis):
    response = client.get(page(conversation, "download", number=1))
    assert response["Content-Disposition"] == f'attachment; filename="{conversation.slug}-analysis-1.json"'
    assert canonical_sha256(json.loads(response.content)) == analysis.result_sha256


def test_the_csv_is_a_file_for_spreadsheets(client, conversation, analysis):
    response = client.get(page(conversation, "download_csv", number=1))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.decode().startswith("statement-id,statement,agrees")


def test_statements_are_found_and_sorted_by_the_address(client, conversation, analysis):
    content = client.get(
        page(conversation, "statements"), {"q": "rule 3", "sort": "-number"}
    ).content.decode()
    assert "1 of 8 statements" in content
    assert 'aria-sort="descending"' in content


def test_a_search_without_results_says_what_to_do(client, conversation, analysis):
    content = client.get(page(conversation, "statements"), {"q": "nowhere"}).content.decode()
    assert "No statement contains these words" in content


def test_a_page_beyond_the_last_shows_the_last(client, conversation, analysis):
    assert client.get(page(conversation, "statements"), {"page": "999"}).status_code == 200


def test_a_facilitator_sees_all_analyses(owner_client, conversation, analysis):
    content = owner_client.get(page(conversation, "manage")).content.decode()
    assert "Results 1" in content
    assert "Analyze now" in content


def test_without_votes_there_is_nothing_to_run(owner_client, owner):
    empty = make_conversation(owner=owner)
    make_statement(empty)
    assert "Analyze now" not in owner_client.get(page(empty, "manage")).content.decode()
    owner_client.post(page(empty, "analyze"))
    assert not ProcrastinateJob.objects.exists()


def test_a_double_click_queues_one_analysis(owner_client, conversation):
    for _ in range(2):
        response = owner_client.post(page(conversation, "analyze"), {"lock_k": "3"}, follow=True)
    assert "no second one was queued" in response.content.decode()
    assert "waiting for its turn" in response.content.decode()
    assert ProcrastinateJob.objects.get().args["lock_k"] == 3


def test_the_number_of_groups_may_be_left_to_the_votes(owner_client, conversation):
    owner_client.post(page(conversation, "analyze"), {"lock_k": ""})
    assert ProcrastinateJob.objects.get().args["lock_k"] is None


def test_an_impossible_number_of_groups_queues_nothing(owner_client, conversation):
    response = owner_client.post(page(conversation, "analyze"), {"lock_k": "77"}, follow=True)
    assert "Nothing was started" in response.content.decode()
    assert not ProcrastinateJob.objects.exists()


def test_htmx_gets_the_list_alone(owner_client, conversation, analysis):
    response = owner_client.get(page(conversation, "manage"), headers={"HX-Request": "true"})
    content = response.content.decode()
    assert 'id="analyses"' in content
    assert "<html" not in content
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(("method", "name"), [("get", "manage"), ("post", "analyze")])
def test_a_stranger_cannot_run_anything(stranger_client, conversation, method, name):
    assert getattr(stranger_client, method)(page(conversation, name)).status_code == 404
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize(("method", "name"), [("get", "manage"), ("post", "analyze")])
def test_somebody_not_signed_in_is_asked_to(client, conversation, method, name):
    response = getattr(client, method)(page(conversation, name))
    assert response.status_code == 302
    assert "login" in response["Location"]
    assert not ProcrastinateJob.objects.exists()


def test_running_needs_a_post(owner_client, conversation):
    assert owner_client.get(page(conversation, "analyze")).status_code == 405


def test_the_admin_shows_analyses_and_changes_none(client, analysis):
    client.force_login(make_facilitator(is_staff=True, is_superuser=True))
    address = reverse("admin:analysis_analysis_change", args=[analysis.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"k": 9}).status_code == 403
    assert client.get(reverse("admin:analysis_analysis_add")).status_code == 403


def test_many_analyses_have_pages(client):
    owner = make_facilitator()
    conversation = make_conversation(slug="town", owner=owner)
    for _ in range(ANALYSES_PER_PAGE + 2):
        make_grouped_analysis({"A": []}, conversation=conversation)
    client.force_login(owner)
    address = reverse("analysis:manage", args=["town"])
    assert client.get(address).content.decode().count("Results ") == ANALYSES_PER_PAGE
    assert client.get(address, {"page": 2}).content.decode().count("Results ") == 2
