"""A finished run and its scores stay, by whatever way one tries; one under way goes on."""

import pytest
from django.db import IntegrityError, transaction

from evaluation.models import EvaluationRun, Score
from evaluation.services import run_evaluation
from tests.factories import make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def finished(own_var):
    return run_evaluation(variant=make_variant(), task="bbq", limit=2)


def refuses(change):
    with pytest.raises(IntegrityError, match="finished"), transaction.atomic():
        change()
    return True


def test_a_finished_run_cannot_be_changed_or_deleted(finished):
    finished.measures = []
    assert refuses(finished.save)
    assert refuses(lambda: EvaluationRun.objects.update(status="queued"))
    assert refuses(finished.delete)


def test_its_scores_stay(finished):
    assert refuses(lambda: Score.objects.update(value=1.0))
    assert refuses(lambda: Score.objects.all().delete())
    assert refuses(lambda: Score.objects.create(run=finished, sample_id="late"))


def test_no_score_moves_in_from_a_run_under_way(finished):
    under_way = EvaluationRun.objects.create(variant=finished.variant, task="bbq", fingerprint="b" * 64)
    score = Score.objects.create(run=under_way, sample_id="mine")
    score.run = finished
    assert refuses(score.save)


def test_a_run_under_way_can_be_changed_and_deleted(db):
    under_way = EvaluationRun.objects.create(variant=make_variant(), task="bbq", fingerprint="b" * 64)
    EvaluationRun.objects.update(status="failed")
    Score.objects.create(run=under_way, sample_id="mine")
    under_way.delete()
    assert not Score.objects.exists()
