"""Taking a run along as a dataset: the form, the worker's part, the download, and what is refused."""

import io
import json
import zipfile

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_adopted_constitution
from training.datasets.exports import execute_export, zip_of
from training.jobs import write_dataset_export
from training.models import DatasetExport, GenerationRun, SetPrompt
from training.prompt_sets.services import likeness_of, make_set
from training.prompts import Prompt
from training.services import execute_run, run_folder, start_run

pytestmark = pytest.mark.usefixtures("var_dir")
ASKED = {"format": "preference", "held_out": 0.5, "helpful_share": 0.4, "licence": "cc-by-4.0", "seed": 0}


def make_run(n_prompts: int = 8, word: str = "Question") -> GenerationRun:
    prompts = [Prompt(f"{word} {number}?") for number in range(n_prompts)]
    rehearsal = {"model": "rehearsal/demonstration", "options": {"rounds": 1}}
    return start_run(constitution=make_adopted_constitution(), prompts=prompts, **rehearsal)


@pytest.fixture
def run(var_dir) -> GenerationRun:
    return execute_run(run=make_run())


def page_of(run: GenerationRun) -> str:
    return reverse("training:exports", args=[run.pk])


def test_from_the_form_to_the_zip(reader, run):
    assert reader.post(page_of(run), ASKED).url == page_of(run)
    export = DatasetExport.objects.get()
    assert "Waiting" in reader.get(page_of(run)).content.decode()
    write_dataset_export(export_id=str(export.pk))
    address = reverse("training:download_export", args=[export.pk])
    assert address in reader.get(page_of(run)).content.decode()
    answer = reader.get(address)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    names = {name.rpartition("/")[2] for name in packed.namelist()}
    assert {"train.jsonl", "train.parquet", "held_out.jsonl", "README.md", "manifest.json"} <= names
    manifest = json.loads(packed.read(next(n for n in packed.namelist() if n.endswith("manifest.json"))))
    assert (manifest["licence"], manifest["n_rows"]) == ("cc-by-4.0", 8)


def test_the_same_choices_are_the_same_dataset_and_one_job(reader, run):
    for _ in range(2):
        reader.post(page_of(run), ASKED)
    assert DatasetExport.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name__endswith="write_dataset_export").count() == 1
    execute_export(export=DatasetExport.objects.get())
    assert "here already" in reader.post(page_of(run), ASKED, follow=True).content.decode()


def test_what_a_prompt_set_keeps_back_since_makes_it_another_dataset(reader, run):
    reader.post(page_of(run), ASKED)
    SetPrompt.objects.create(
        prompt_set=make_set(slug="kept"),
        text="Question 1?",
        likeness=likeness_of("Question 1?"),
        is_held_out=True,
    )
    reader.post(page_of(run), ASKED)
    assert DatasetExport.objects.count() == 2


def test_helpful_rows_come_from_another_run(reader, run):
    helpful = execute_run(run=make_run(n_prompts=20, word="Recipe"))
    reader.post(page_of(run), ASKED | {"format": "sft", "helpful_run": str(helpful.pk)})
    export = execute_export(export=DatasetExport.objects.get())
    assert (export.status, export.n_rows) == ("finished", 8 + 5)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": "csv"}, "not one of the available choices"),
        ({"held_out": 1}, "less than or equal to 0.9"),
        ({"helpful_run": "00000000-0000-0000-0000-000000000000"}, "not one of the available choices"),
    ],
)
def test_a_wrong_choice_is_said_at_its_field(reader, run, change, complaint):
    answer = reader.post(page_of(run), ASKED | change)
    assert answer.status_code == 422
    assert complaint in answer.content.decode()
    assert not DatasetExport.objects.exists()


def test_a_run_too_large_for_a_page_is_left_to_the_command(reader, run, settings):
    settings.DATASET_EXPORT_LIMIT_MB = 0
    answer = reader.post(page_of(run), ASKED)
    assert answer.status_code == 422
    assert "Use the command export_dataset" in answer.content.decode()


def test_what_goes_wrong_in_the_worker_is_said_on_the_page(reader, run):
    reader.post(page_of(run), ASKED)
    (run_folder(run) / run.logs[0]["samples"]).write_text("changed")
    export = DatasetExport.objects.get()
    write_dataset_export(export_id=str(export.pk))
    page = reader.get(page_of(run)).content.decode()
    assert "is not the one run" in page
    assert not zip_of(export).exists()
    assert reader.get(reverse("training:download_export", args=[export.pk])).status_code == 404


def test_strangers_and_unfinished_runs_get_nothing(client, reader, run):
    assert reader.get(page_of(make_run(word="Other"))).status_code == 404
    client.logout()
    assert "login" in client.get(page_of(run)).url
    assert "login" in client.post(page_of(run), ASKED).url
    assert not DatasetExport.objects.exists()
