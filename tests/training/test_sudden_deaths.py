"""A database killed under a run, and a worker killed with batches on their way: nothing paid for is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.factories import make_adopted_constitution
from tests.provider_server import ProviderServer, provider_server
from tests.training.processes import PATIENCE, ROOT, environment, start_process, wait_until
from training.models import GenerationRun, ProviderBatch
from training.prompts import Prompt
from training.services import execute_run, start_run

N_SAMPLES = 8
CALLS = N_SAMPLES * 3

PREPARE = """
from tests.factories import make_adopted_constitution
from training.prompts import Prompt
from training.services import start_run
run = start_run(
    constitution=make_adopted_constitution(),
    prompts=[Prompt(f"Question {number}?") for number in range(%d)],
    model="openai-api/local/llama-test",
    base_url="%s",
    options={"rounds": 1},
)
print("RUN", run.pk)
"""
SHOW = (
    "from training.models import GenerationRun as G; r = G.objects.get(); print('IS', r.status, r.n_finished)"
)


@pytest.fixture
def own_database(own_folder):
    """A folder whose own PostgreSQL may be killed; stopped in the end."""
    manage(own_folder, "migrate", "--verbosity", "0")
    yield own_folder
    manage(own_folder, "stop_site")


def manage(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *words],
        env=environment(folder) | {"DATABASE_URL": ""},
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.e2e
@pytest.mark.django_db
def test_a_run_goes_on_when_its_database_was_killed(own_database):
    with provider_server(latency=0.4) as provider:
        prepared = manage(own_database, "shell", "-c", PREPARE % (N_SAMPLES, provider.openai_url))
        run_id = prepared.split("RUN ")[1].strip()
        words = ("work_on_run", run_id, "--max-connections", 2)
        worker = start_process(own_database, *words, DATABASE_URL="")
        wait_until(lambda: provider.n_calls > 4, of=worker)
        server = int((own_database / "var/postgres/postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGKILL)
        assert worker.wait(PATIENCE) == 0
    assert provider.n_calls == provider.n_answered == CALLS
    assert f"IS finished {N_SAMPLES}" in manage(own_database, "shell", "-c", SHOW)


def begin_in_batches(provider: ProviderServer) -> GenerationRun:
    return start_run(
        constitution=make_adopted_constitution(),
        prompts=[Prompt(f"Question {number}?") for number in range(N_SAMPLES)],
        model="anthropic/claude-test",
        base_url=provider.anthropic_url,
        options={"rounds": 1},
        uses_batches=True,
    )


def work(run: GenerationRun, folder: Path) -> subprocess.Popen:
    return start_process(folder, "work_on_run", run.pk, BATCH_POLL_SECONDS="0.2")


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("var_dir", "keys")
class TestBatches:
    @pytest.fixture(autouse=True)
    def _quick_polls(self, settings):
        settings.BATCH_POLL_SECONDS = 0.2

    def test_results_are_imported_after_a_kill_while_the_batch_is_processed(self, tmp_path, provider):
        provider.batches.n_polls = 1_000_000
        run = begin_in_batches(provider)
        worker = work(run, tmp_path)
        wait_until(lambda: ProviderBatch.objects.filter(status="sent").exists(), of=worker)
        self.kill(worker)
        provider.batches.n_polls = 1
        self.finishes_without_paying_twice(run, provider)

    def test_a_batch_is_found_after_a_kill_before_its_name_was_known(self, tmp_path, provider):
        provider.batches.keeps_silent = True
        run = begin_in_batches(provider)
        worker = work(run, tmp_path)
        wait_until(lambda: provider.batches.made, of=worker)
        self.kill(worker)
        assert ProviderBatch.objects.get().batch_id == ""
        provider.batches.keeps_silent = False
        provider.open_gate()
        self.finishes_without_paying_twice(run, provider)

    def kill(self, worker: subprocess.Popen) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        connection.ensure_connection()

    def finishes_without_paying_twice(self, run, provider) -> None:
        execute_run(run=run)
        run.refresh_from_db()
        assert (run.status, run.n_finished, run.n_failed) == ("finished", N_SAMPLES, 0)
        assert provider.batches.n_requests == len(provider.batches.paid) == CALLS
        assert run.token_use["calls"] == CALLS
