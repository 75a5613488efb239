"""Pages about training stay short, however many principles, runs, sets and labels there are."""

import pytest
from django.urls import reverse

from tests.factories import make_adopted_constitution, make_facilitator
from tests.training.pairs import make_preference_run
from training.datasets import ExportOptions
from training.datasets.exports import start_export
from training.datasets.views import EXPORTS_PER_PAGE
from training.log_views import LOGS_PER_PAGE
from training.models import ContentClassifier, DatasetExport, GenerationRun, LabelCalibration, PromptSet
from training.preference_jobs import make_report
from training.preference_views import CURVES_PER_PAGE
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = pytest.mark.usefixtures("var_dir")


@pytest.fixture
def reader(client):
    client.force_login(make_facilitator(is_staff=True))
    return client


def read(client, name, *args, **query):
    return client.get(reverse(f"training:{name}", args=args), query).content.decode()


def rows_of(page):
    return page.count('scope="row"')


def make_runs(n, **fields):
    constitution = make_adopted_constitution()
    return GenerationRun.objects.bulk_create(
        GenerationRun(
            constitution=constitution,
            model="rehearsal/demonstration",
            fingerprint=str(number),
            status="finished",
            n_samples=0,
            parameters={},
            **fields,
        )
        for number in range(n)
    )


def test_the_matrix_of_a_long_constitution_has_pages(reader):
    constitution = make_adopted_constitution(80)
    place = constitution.conversation.slug, 1
    assert rows_of(read(reader, "coverage", *place)) == 50
    assert rows_of(read(reader, "coverage", *place, page=2)) == 30
    assert "0 of 80 principles" in read(reader, "coverage", *place)


def test_another_page_of_the_matrix_asks_for_as_many_prompts(reader):
    place = make_adopted_constitution(80).conversation.slug, 1
    assert 'value="5"' in read(reader, "coverage", *place, page=2)
    page = read(reader, "coverage", *place, page=2, at_least=7)
    assert 'value="7"' in page
    assert "?page=1&amp;at_least=7" in page


def test_prompt_sets_have_pages(reader):
    PromptSet.objects.bulk_create(PromptSet(slug=f"s-{n:03}", name=f"Set {n}") for n in range(53))
    assert rows_of(read(reader, "prompt_sets")) == 50
    assert rows_of(read(reader, "prompt_sets", page=2)) == 3


def test_constitutions_to_cover_have_pages(reader):
    for _ in range(51):
        make_adopted_constitution(1)
    assert read(reader, "prompt_sets").count("/research/coverage/") == 50
    assert read(reader, "prompt_sets", constitutions=2).count("/research/coverage/") == 1


def test_classifiers_and_what_they_are_made_from_have_pages(reader):
    runs = make_runs(12, kind="classifier")
    figures = {"recall": {"value": 0.9}, "benign_refusals": {"value": 0.01}}
    ContentClassifier.objects.bulk_create(
        ContentClassifier(run=run, benign_refusal_rate=rate, threshold=0.5, figures=figures)
        for run in runs[:9]
        for rate in (0.01, 0.02, 0.05)
    )
    page = read(reader, "classifiers", page=2, runs=2)
    assert page.count('<li>\n                    <p><a href="/research/classifiers/') == 2
    assert page.count('class="form card"') == 2


@pytest.fixture
def long_run():
    """A run under more principles than a list could offer."""
    run = start_run(
        constitution=make_adopted_constitution(80),
        prompts=[Prompt("Question?")],
        model="rehearsal/demonstration",
        options={"rounds": 1},
    )
    return execute_run(run=run)


def test_datasets_of_a_run_have_pages(reader, long_run):
    made = start_export(run=long_run, options=ExportOptions(format="sft"))
    DatasetExport.objects.bulk_create(
        DatasetExport(run=long_run, options=made.options, fingerprint=str(number))
        for number in range(EXPORTS_PER_PAGE + 1)
    )
    assert rows_of(read(reader, "exports", long_run.pk)) == EXPORTS_PER_PAGE
    assert rows_of(read(reader, "exports", long_run.pk, page=2)) == 2


def test_among_very_many_principles_one_is_named_by_its_number(reader, long_run):
    page = read(reader, "run", long_run.pk)
    assert '<input id="filter-principle" type="number"' in page
    number = page.partition("/principles/")[2].partition("/")[0]
    assert "1 of 1 dialogues" in read(reader, "run", long_run.pk, principle=number)


def test_a_few_principles_are_offered_in_a_list(reader):
    run = make_preference_run(2)
    page = read(reader, "run", run.pk, principle=2)
    assert '<option value="2" selected>2. Choose the response that keeps promise number 2.</option>' in page


def test_very_many_parts_of_a_run_have_pages(reader, monkeypatch):
    logs = [{"number": n, "name": f"{n}.eval", "n_samples": 500} for n in range(LOGS_PER_PAGE + 7)]
    monkeypatch.setattr("training.log_views.logs_here", lambda _run: logs)
    (run,) = make_runs(1, kind="coverage")
    assert read(reader, "run", run.pk).count("500 samples") == LOGS_PER_PAGE
    assert read(reader, "run", run.pk, parts=2).count("500 samples") == 7


def test_the_table_of_principles_has_pages(reader, monkeypatch):
    run = make_preference_run(4)
    figures = make_report(run)
    figures["principles"] = [figures["principles"][0] | {"id": number} for number in range(1, 81)]
    monkeypatch.setattr("training.preference_views.report_or_queue", lambda _run: figures)
    assert read(reader, "agreement", run.pk).count("principle-cell") == 50
    assert read(reader, "agreement", run.pk, principles=2).count("principle-cell") == 30


def test_kept_curves_have_pages(reader):
    run = make_preference_run(1, is_executed=False)
    measured = {name: {"value": None, "low": None, "high": None} for name in ("ece", "brier", "accuracy")}
    LabelCalibration.objects.bulk_create(
        LabelCalibration(
            run=run,
            method="temperature",
            parameters={"slope": 1.0},
            figures={"before": measured, "after": measured},
            seed=0,
            n_fitted=20,
            n_held_out=20,
        )
        for _ in range(CURVES_PER_PAGE + 2)
    )
    assert read(reader, "agreement", run.pk, curves=2).count("<h3>Calibration ") == 2
