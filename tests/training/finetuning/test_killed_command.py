"""The command killed with kill -9: its training ends with it, and the same command finishes the work."""

import signal
from pathlib import Path

import psutil
import pytest
from django.core.management import call_command

from evaluation.models import ModelVariant
from tests.training.processes import start_process, wait_until
from training.finetuning.progress import ProgressReader
from training.finetuning.services import is_broken_off, places_of
from training.models import FineTuningRun

RECIPE = """
[model]
method = "full"
[[stages]]
kind = "sft"
dataset = "sft"
learning_rate = 1e-3
max_steps = 40
save_steps = 5
logging_steps = 1
max_length = 128
"""


def words_of(folder: Path, base_model: Path, dataset: Path) -> list[str]:
    """What follows the command's name."""
    recipe = folder / "mine.toml"
    recipe.write_text(RECIPE)
    return [str(recipe), "--base-model", str(base_model), "--dataset", f"sft={dataset}", "--slug", "ours"]


def steps_so_far() -> list[int]:
    run = FineTuningRun.objects.first()
    lines = ProgressReader(places_of(run).progress).read_new() if run else []
    return [line["step"] for line in lines if "grad_norm" in line]


def training_processes(plan: Path) -> list[psutil.Process]:
    return [one for one in psutil.process_iter(["cmdline"]) if str(plan) in (one.info["cmdline"] or [])]


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("trained")
def test_a_killed_fine_tuning_goes_on_and_becomes_a_variant(var_dir, tmp_path, base_model, datasets):
    words = words_of(tmp_path, base_model, datasets["sft"])
    with start_process(tmp_path, "train_variant", *words) as process:
        wait_until(lambda: max(steps_so_far(), default=0) >= 7, of=process)
        process.send_signal(signal.SIGKILL)
    run = FineTuningRun.objects.get()
    wait_until(lambda: not training_processes(places_of(run).plan))
    wait_until(lambda: is_broken_off(run))
    assert (run.status, ModelVariant.objects.count()) == ("running", 0)

    call_command("train_variant", *words)
    assert FineTuningRun.objects.get().status == "finished"
    assert set(steps_so_far()) == set(range(1, 41))
    assert steps_so_far().count(1) == 1
    assert ModelVariant.objects.get().trained_by == run
