"""A finished generation run stays as it is; one under way goes on."""

import pytest
from django.db import IntegrityError, transaction

from tests.factories import make_adopted_constitution
from training.models import GenerationRun, GenerationShard
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = pytest.mark.usefixtures("var_dir")


@pytest.fixture
def run():
    constitution = make_adopted_constitution()
    return start_run(constitution=constitution, prompts=[Prompt("Why?")], model="rehearsal/demonstration")


def refuses(change):
    with pytest.raises(IntegrityError, match="finished"), transaction.atomic():
        change()
    return True


def test_a_finished_run_cannot_be_changed_or_deleted(run):
    finished = execute_run(run=run)
    finished.n_failed = 7
    assert refuses(finished.save)
    assert refuses(lambda: GenerationRun.objects.update(status="queued"))
    assert refuses(finished.delete)


def test_a_run_not_finished_can_be_changed_and_deleted(run):
    GenerationRun.objects.update(status="failed")
    run.delete()
    assert not GenerationRun.objects.exists()


def test_a_shard_of_a_finished_run_cannot_be_changed_or_deleted(run):
    execute_run(run=run)
    assert refuses(lambda: GenerationShard.objects.update(n_failed=7))
    assert refuses(lambda: GenerationShard.objects.all().delete())
