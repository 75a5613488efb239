"""Run one task by one variant."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation.models import EvaluationRun, ModelVariant
from evaluation.reading import describe_measure
from evaluation.services import RunBusy, run_evaluation
from evaluation.tasks import TASKS
from evaluation.tasks.base import TaskDataError
from training.providers import ModelUnavailable
from voting.models import Conversation


class Command(BaseCommand):
    help = "Ask a variant a task's samples and keep scores with intervals; a stopped run goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("task", choices=list(TASKS))
        parser.add_argument("variant", help="slug of a registered variant")
        parser.add_argument(
            "--data", type=Path, help="BBQ: a .jsonl file or folder; the small demonstration set"
        )
        parser.add_argument("--conversation", help="own statements: slug of the conversation")
        parser.add_argument("--limit", type=int, help="ask this many samples, drawn with the seed")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--epochs", type=int, default=1, help="how often each sample is asked")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = run_evaluation(
                variant=ModelVariant.objects.get(slug=options["variant"]),
                conversation=self.conversation(options["conversation"]),
                on_progress=self.show,
                **{name: options[name] for name in ("task", "data", "limit", "seed", "epochs")},
            )
        except ModelVariant.DoesNotExist:
            raise CommandError(f"There is no variant “{options['variant']}”: use register_variant.") from None
        except (ModelUnavailable, RunBusy, TaskDataError) as error:
            raise CommandError(str(error)) from error
        if run.status != EvaluationRun.Status.FINISHED:
            raise CommandError(f"Run {run.pk} stopped; run again to go on. {run.error}")
        for measure in run.measures:
            self.stdout.write(describe_measure(measure))
        self.stdout.write(f"Run {run.pk}: {run.n_samples} samples, {run.n_missing} not readable.")

    def conversation(self, slug: str | None) -> Conversation | None:
        found = Conversation.objects.filter(slug=slug).first() if slug else None
        if slug and found is None:
            raise CommandError(f"There is no conversation “{slug}”.")
        return found

    def show(self, n_answers: int, n_asked: int) -> None:
        self.stderr.write(f"{n_answers} of {n_asked} answers")
