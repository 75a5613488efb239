"""Make critique–revision training data from an adopted constitution."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import ConstitutionNotFound, find_constitution
from training.prompts import read_prompts
from training.providers import ModelUnavailable
from training.services import ConstitutionNotAdopted, RunInProgress, execute_run, start_run
from training.shards import RunStopped

USER_ERRORS = (
    ConstitutionNotAdopted,
    ConstitutionNotFound,
    ModelUnavailable,
    RunInProgress,
    RunStopped,
    ValueError,
)


class Command(BaseCommand):
    help = "Run critique and revision over prompts; the same command again takes up an interrupted run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("constitution", help="slug (latest adopted) or slug@version")
        parser.add_argument("--prompts", type=Path, required=True, help='JSON Lines of {"prompt": …}')
        parser.add_argument(
            "--model", default="", help="anthropic/…, openai/…, openai-api/<service>/…, rehearsal/…"
        )
        parser.add_argument(
            "--base-url", default="", help="address of the server, where it is not the provider's own"
        )
        parser.add_argument("--rounds", type=int, default=4)
        parser.add_argument("--limit", type=int, help="use at most this many prompts")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--temperature", type=float, help="sent only where the provider takes it")
        parser.add_argument("--max-tokens", type=int)
        parser.add_argument("--max-connections", type=int, default=20, help="calls in flight at once")
        parser.add_argument(
            "--max-retries", type=int, default=8, help="tries again after 429, 5xx or a lost connection"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            constitution = find_constitution(options["constitution"])
            prompts = read_prompts(options["prompts"], limit=options["limit"]).prompts
            run = start_run(
                constitution=constitution,
                prompts=prompts,
                sampling={"temperature": options["temperature"], "max_tokens": options["max_tokens"]},
                **{name: options[name] for name in ("model", "base_url", "rounds", "seed")},
            )
            self.stderr.write(f"Run {run.pk}: {run.n_finished} of {run.n_samples} samples are finished.")
            limits = {"max_connections": options["max_connections"], "retries": options["max_retries"]}
            execute_run(run=run, on_progress=self.show, **limits)
        except USER_ERRORS as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Run {run.pk}: {run.n_finished} samples ({run.n_failed} failed), {run.token_use['calls']} calls."
        )

    def show(self, n_finished: int, n_samples: int) -> None:
        """Print progress whenever it has moved."""
        if n_finished != getattr(self, "shown", 0):
            self.shown = n_finished
            self.stderr.write(f"{n_finished} of {n_samples} samples")
