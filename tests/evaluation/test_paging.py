"""Many variants, runs and chats are shown by pages, and each run can still be led to."""

import pytest

from evaluation.models import EvaluationRun, ModelVariant, TrialChat
from evaluation.views import (
    CHATS_PER_PAGE,
    MOST_OFFERED,
    RUNS_PER_PAGE,
    VARIANTS_PER_PAGE,
    WHOLE_RUNS_PER_PAGE,
)
from tests.factories import make_facilitator, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher():
    return make_facilitator()


@pytest.fixture
def reader(client, researcher):
    client.force_login(researcher)
    return client


def make_variants(n):
    ModelVariant.objects.bulk_create(
        ModelVariant(slug=f"v-{number:03}", name=f"Variant {number}", model="rehearsal/x")
        for number in range(n)
    )


def make_runs(variant, n):
    return EvaluationRun.objects.bulk_create(
        EvaluationRun(
            variant=variant, task="bbq", task_version="1", fingerprint=str(number), code_version="1"
        )
        for number in range(n)
    )


def read(client, address):
    return client.get(address).content.decode()


def test_variants_are_listed_by_pages(reader):
    make_variants(VARIANTS_PER_PAGE + 3)
    first, second = read(reader, "/research/"), read(reader, "/research/?variants=2")
    assert first.count('scope="row"') == VARIANTS_PER_PAGE
    assert second.count('scope="row"') == 3


def test_runs_are_listed_by_pages(reader):
    make_runs(make_variant(slug="x"), RUNS_PER_PAGE + 4)
    assert read(reader, "/research/?page=2").count("/research/variants/x/runs/") == 4


def test_a_variants_runs_are_shown_by_pages(reader):
    make_runs(make_variant(slug="x"), WHOLE_RUNS_PER_PAGE + 2)
    assert read(reader, "/research/variants/x/").count('id="run-') == WHOLE_RUNS_PER_PAGE
    assert read(reader, "/research/variants/x/?page=2").count('id="run-') == 2


def test_an_address_leads_to_each_run(reader):
    oldest = make_runs(make_variant(slug="x"), 2 * WHOLE_RUNS_PER_PAGE + 1)[0]
    answer = reader.get(f"/research/variants/x/runs/{oldest.pk}/")
    assert answer["Location"] == f"/research/variants/x/?page=3#run-{oldest.pk}"
    assert f'id="run-{oldest.pk}"' in read(reader, answer["Location"])


def test_a_run_of_another_variant_is_not_found(reader):
    make_variant(slug="other")
    found = make_runs(make_variant(slug="x"), 1)[0]
    assert reader.get(f"/research/variants/other/runs/{found.pk}/").status_code == 404


def test_among_very_many_variants_two_are_named(reader):
    make_variants(MOST_OFFERED + 2)
    for address in ("/research/", "/research/compare/", "/research/variants/v-001/"):
        page = read(reader, address)
        assert "<option" not in page.partition('action="/research/compare/"')[2].partition("</form>")[0]
    assert '<code class="small muted">v-001</code>' in read(reader, "/research/")
    assert "Variant 7 beside Variant 9" in read(reader, "/research/compare/?a=v-007&b=v-009")


def test_a_name_that_no_variant_has_is_said_so(reader):
    make_variants(2)
    answer = reader.get("/research/compare/", {"a": "v-000", "b": "v-1"})
    assert answer.status_code == 404
    assert "There is no variant “v-1”." in answer.content.decode()


def test_older_chats_are_still_found(reader, researcher):
    variant = make_variant(slug="x")
    TrialChat.objects.bulk_create(
        TrialChat(variant=variant, owner=researcher) for _ in range(CHATS_PER_PAGE + 5)
    )
    assert read(reader, "/research/variants/x/?chats=2").count("/research/chats/") == 5
