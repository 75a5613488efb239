"""Pause, resume or cancel a generation run, wherever its workers are."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from training.control import cancel_run, pause_run
from training.jobs import queue_run
from training.models import GenerationRun
from training.run_arguments import outcome

ACTIONS = ("pause", "resume", "cancel")


class Command(BaseCommand):
    help = "Pause, resume or cancel a run; its workers see it within a second and lose nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("run", help="the run's id, as generate_revisions printed it")

    def handle(self, *args: Any, **options: Any) -> None:
        run = find_run(options["run"])
        changes = {"pause": pause_run, "cancel": cancel_run, "resume": lambda run: queue_run(run=run)}
        if not changes[options["action"]](run):
            state = run.get_status_display().lower()
            raise CommandError(f"Run {run.pk} is {state}: there is nothing to {options['action']}.")
        run.refresh_from_db()
        self.stdout.write(outcome(run))


def find_run(pk: str) -> GenerationRun:
    """The run with this id, or an error that names it."""
    try:
        return GenerationRun.objects.get(pk=pk)
    except (GenerationRun.DoesNotExist, ValidationError):
        raise CommandError(f"There is no run “{pk}”: see the page of training runs for their ids.") from None
