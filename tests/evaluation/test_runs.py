"""Asking through Inspect: several runs in one worker, and reasons a person can read."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from evaluation.runs import Questions, ask_all, reason_of
from evaluation.tasks.base import Sample
from training.providers import get_model


@pytest.fixture
def folders(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    sample = Sample(
        "statement-1", "Do you agree, disagree or pass?", ["agree", "disagree", "pass"], {"groups": {}}
    )
    for name in "ab":
        Questions("own_statements", "", 1, name, [sample]).save(tmp_path / name)
    return [tmp_path / name for name in "ab"]


def test_two_runs_in_one_worker_wait_for_each_other(folders):
    def ask(folder):
        return ask_all(folder=folder, model=get_model("rehearsal/demonstration"))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(ask, folders)
    assert first.by_sample == second.by_sample
    assert first.log != second.log


def test_asking_a_finished_folder_again_reads_its_log(folders):
    model = get_model("rehearsal/demonstration")
    assert ask_all(folder=folders[0], model=model) == ask_all(folder=folders[0], model=model)


def test_the_reason_is_the_providers_and_not_that_of_the_retries():
    traceback = "openai.InternalServerError: Error code: 500\n\ntenacity.RetryError: RetryError[<Future>]\n"
    error = SimpleNamespace(message="RetryError(<Future>)", traceback=traceback)
    assert reason_of(SimpleNamespace(error=error)) == "InternalServerError: Error code: 500"


def test_a_log_without_error_names_its_status():
    assert "cancelled" in reason_of(SimpleNamespace(error=None, status="cancelled"))
