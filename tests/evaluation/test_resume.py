"""A run whose process is killed asks nothing twice when it is started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from evaluation.models import EvaluationRun
from evaluation.services import RunBusy, execute_run, hold
from evaluation.tasks import bbq
from tests.factories import make_variant
from tests.provider_server import provider_server
from tests.training.processes import wait_until, wait_until_it_rests

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import os, sys
from pathlib import Path
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.core.management import call_command
from django.db import connection
connection.ensure_connection()
settings.VAR_DIR = Path(sys.argv[2])
call_command("run_evaluation", *sys.argv[3:])
"""


def start(var_dir, *arguments):
    """Start the command in a process of its own, on this test's database."""
    told = [connection.settings_dict["NAME"], str(var_dir), *arguments]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, *told], cwd=ROOT, env=environment)


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_goes_on_and_no_answered_question_is_asked_again(own_var):
    n_questions, n_before = 24, 7
    with provider_server(reply=lambda messages: "(A)", gate=n_before) as server:
        variant = make_variant(model="openai-api/local/model", base_url=server.openai_url)
        process = start(own_var, "bbq", variant.slug)
        wait_until(lambda: server.n_answered == n_before, of=process)
        wait_until_it_rests(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        run = EvaluationRun.objects.get()
        assert run.status == "running"
        server.open_gate()
        call_command("run_evaluation", "bbq", variant.slug)
    run.refresh_from_db()
    assert (run.status, run.scores.count(), run.n_missing) == ("finished", n_questions, 0)
    assert server.n_answered == n_questions
    assert len(bbq.load(path=bbq.DEMONSTRATION).samples) == n_questions


@pytest.mark.django_db(transaction=True)
def test_a_run_in_other_hands_is_left_alone():
    variant = make_variant()
    run = EvaluationRun.objects.create(
        variant=variant, task="bbq", task_version="1", data_sha256="0" * 64, fingerprint="a" * 64
    )
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [int("a" * 15, 16)])
    try:
        with pytest.raises(RunBusy, match="under way"), hold(run):
            pytest.fail("two processes hold one run")
        with pytest.raises(RunBusy):
            execute_run(run=run)
    finally:
        other.close()
