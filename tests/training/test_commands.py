"""The two commands: one summary line when it goes well, one clear sentence when it does not."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_adopted_constitution, make_draft_constitution
from training.jobs import execute_generation_run
from training.models import GenerationRun
from training.prompts import DEMONSTRATION, Prompt
from training.services import start_run

pytestmark = pytest.mark.usefixtures("var_dir")


def generate(reference: str, **options) -> str:
    out = StringIO()
    defaults = {"prompts": DEMONSTRATION, "model": "rehearsal/demonstration", "rounds": 1, "limit": 3}
    defaults["smoke"] = False
    call_command("generate_revisions", reference, stdout=out, stderr=StringIO(), **(defaults | options))
    return out.getvalue()


@pytest.mark.e2e
def test_from_prompts_to_a_dataset(tmp_path):
    constitution = make_adopted_constitution()
    said = generate(constitution.conversation.slug)
    run = GenerationRun.objects.get()
    assert said == f"Run {run.pk}: 3 samples (0 failed), 9 calls.\n"

    out = StringIO()
    folder = tmp_path / "dataset"
    call_command("export_dataset", str(run.pk), format="sft", out=folder, stdout=out)
    assert out.getvalue() == f"{folder}: 3 rows, 0 samples dropped.\n"
    assert json.loads((folder / "train.jsonl").read_text().splitlines()[0])["messages"][0]["content"] == "hey"


def test_the_command_may_be_given_twice():
    reference = make_adopted_constitution().reference
    assert generate(reference) == generate(reference)
    assert GenerationRun.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"model": "anthropic/claude-test"}, "Set the environment variable ANTHROPIC_API_KEY"),
        ({"model": ""}, "Name a model"),
        ({"model": "gpt"}, "known provider"),
        ({"rounds": 0}, "at least 1 round"),
        ({"limit": 0}, "holds no prompt|at least 1"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(no_keys, options, complaint):
    reference = make_adopted_constitution().reference
    with pytest.raises(CommandError, match=complaint):
        generate(reference, **options)
    assert not GenerationRun.objects.exists()


def test_a_draft_or_unknown_constitution_is_refused():
    with pytest.raises(CommandError, match="is a draft"):
        generate(make_draft_constitution().reference)
    with pytest.raises(CommandError, match="no constitution"):
        generate("nowhere")


@pytest.mark.parametrize("run", ["not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_run_cannot_be_exported(run, tmp_path):
    with pytest.raises(CommandError, match="There is no run"):
        call_command("export_dataset", run, format="sft", out=tmp_path / "out")


def test_the_job_carries_a_run_out():
    run = start_run(
        constitution=make_adopted_constitution(), prompts=[Prompt("hey")], model="rehearsal/demonstration"
    )
    execute_generation_run(str(run.pk))
    run.refresh_from_db()
    assert run.status == "finished"
