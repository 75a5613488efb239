"""Take part in carrying out a generation run, beside any other worker, here or on other machines."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from training.management.commands.control_run import find_run
from training.providers import RETRIES, ModelUnavailable
from training.run_arguments import Progress, outcome
from training.services import RunInProgress, execute_run
from training.shards import RunStopped


class Command(BaseCommand):
    help = "Carry out parts of a run that no other worker has; run it on as many machines as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", help="the run's id, as generate_revisions printed it")
        parser.add_argument("--max-connections", type=int, help="calls in flight at once, here")
        parser.add_argument("--max-retries", type=int, default=RETRIES)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = execute_run(
                run=find_run(options["run"]),
                max_connections=options["max_connections"],
                retries=options["max_retries"],
                on_progress=Progress(self.stderr.write),
                resumes=False,
            )
        except (ModelUnavailable, RunInProgress, RunStopped) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(outcome(run))
