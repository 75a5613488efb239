"""Finished runs whose answers are simply given, for tests that need scores and no model."""

from collections.abc import Callable

from django.conf import settings

from evaluation.models import EvaluationRun, ModelVariant
from evaluation.runs import Answers
from evaluation.services import finish_run, prepare_run
from evaluation.tasks import bbq, own_statements
from evaluation.tasks.base import Sample, TaskData

Reply = Callable[[Sample], str]


def finish(variant: ModelVariant, task: str, data: TaskData, reply: Reply) -> EvaluationRun:
    """A run finished as if a model had replied."""
    run = prepare_run(variant=variant, task=task, data=data, seed=0, epochs=1, limit=None)
    said = {sample.id: [reply(sample)] for sample in data.samples}
    log = settings.VAR_DIR / f"{run.pk}.eval"
    finish_run(run, data.samples, Answers(said, log, "0" * 64, {"input": 1, "output": 1}))
    return run


def finish_own_statements(variant: ModelVariant, conversation, reply: Reply) -> EvaluationRun:
    analysis = conversation.analyses.get()
    return finish(variant, "own_statements", own_statements.load(analysis=analysis), reply)


def finish_bbq(variant: ModelVariant, reply: Reply) -> EvaluationRun:
    return finish(variant, "bbq", bbq.load(path=bbq.DEMONSTRATION), reply)
