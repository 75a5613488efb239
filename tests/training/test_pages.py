"""The pages of runs: for anyone signed in, readable, and honest about rehearsal and interruption."""

import pytest
from django.urls import reverse

from tests.factories import make_adopted_constitution, make_facilitator
from training.models import GenerationRun
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = pytest.mark.usefixtures("var_dir")


def make_run(n_prompts: int = 2, *, is_executed: bool = True) -> GenerationRun:
    run = start_run(
        constitution=make_adopted_constitution(),
        prompts=[Prompt(f"Question number {n}?", tags=("benign",)) for n in range(n_prompts)],
        model="rehearsal/demonstration",
        options={"rounds": 2},
    )
    return execute_run(run=run) if is_executed else run


def page_of(run: GenerationRun) -> str:
    return reverse("training:run", args=[run.pk])


def test_a_stranger_is_asked_to_sign_in(client):
    for address in (reverse("training:runs"), page_of(make_run(is_executed=False))):
        response = client.get(address)
        assert response.status_code == 302
        assert "login" in response.url


def test_a_run_that_is_not_there_is_not_found(reader):
    assert (
        reader.get(reverse("training:run", args=["00000000-0000-0000-0000-000000000000"])).status_code == 404
    )


def test_without_runs_the_page_says_how_to_begin(reader):
    assert "generate_revisions" in reader.get(reverse("training:runs")).content.decode()


def test_the_list_names_each_run_and_marks_rehearsal(reader):
    run = make_run()
    page = reader.get(reverse("training:runs")).content.decode()
    assert page_of(run) in page
    assert "Rehearsal" in page
    assert "2 of 2" in page


def test_a_dialogue_shows_the_principle_beside_critique_and_revision(reader):
    page = reader.get(page_of(make_run())).content.decode()
    for words in ("Question number 0?", "First answer", "Final revision", "keeps promise number", "Critique"):
        assert words in page
    assert "Make a dataset" in page
    assert "This is a rehearsal" in page


def test_samples_come_in_pages(reader):
    run = make_run(n_prompts=23)
    first, second = (reader.get(page_of(run), {"page": page}).content.decode() for page in (1, 2))
    assert "Question number 9?" in first
    assert "Question number 10?" not in first
    assert "Question number 19?" in second
    assert "Prompt 20" in second


def test_a_run_that_no_process_holds_is_shown_as_broken_off(reader):
    run = make_run(is_executed=False)
    GenerationRun.objects.update(status="running")
    page = reader.get(page_of(run)).content.decode()
    assert "Stopped" in page
    assert "give the same command again" in page


def test_a_failed_run_says_why_and_that_nothing_was_lost(reader):
    run = make_run(is_executed=False)
    GenerationRun.objects.update(status="failed", error="Error code: 500 <b>")
    page = reader.get(page_of(run)).content.decode()
    assert "Error code: 500 &lt;b&gt;" in page
    assert "Nothing that was finished is lost" in page


def test_what_a_model_wrote_is_never_taken_for_markup(reader, monkeypatch):
    monkeypatch.setattr("training.rehearsal.pick", lambda kind, number: "<script>alert(1)</script>")
    page = reader.get(page_of(make_run())).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_run_kept_elsewhere_says_so(reader, settings, tmp_path):
    run = make_run()
    settings.VAR_DIR = tmp_path / "another machine"
    assert "They are not here" in reader.get(page_of(run)).content.decode()


def test_the_admin_shows_runs_and_changes_none(client):
    client.force_login(make_facilitator(is_staff=True, is_superuser=True))
    run = make_run(is_executed=False)
    address = reverse("admin:training_generationrun_change", args=[run.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"status": "finished"}).status_code == 403
