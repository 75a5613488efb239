"""Make critique–revision training data from an adopted constitution."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import ConstitutionNotFound, find_constitution
from training.prompts import read_prompts
from training.providers import RETRIES, ModelUnavailable
from training.services import ConstitutionNotAdopted, RunInProgress, execute_run, start_run
from training.shards import RunStopped

SETUP_ERRORS = (ConstitutionNotAdopted, ConstitutionNotFound, ModelUnavailable, ValueError)


class Command(BaseCommand):
    help = "Run critique and revision over prompts; the same command again takes up an interrupted run."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("constitution", help="slug (latest adopted) or slug@version")
        add("--prompts", type=Path, required=True, help='JSON Lines of {"prompt": …}')
        add("--model", default="", help="anthropic/…, openai/…, openai-api/<service>/…, rehearsal/…")
        add("--base-url", default="", help="address of the server, where it is not the provider's own")
        add("--rounds", type=int, default=4, help="critiques and revisions per prompt")
        add("--limit", type=int, help="use at most this many prompts")
        add("--seed", type=int, default=0, help="settles which principles are drawn")
        add("--temperature", type=float, help="sent only where the provider takes it")
        add("--max-tokens", type=int, help="longest answer to ask for")
        add("--max-connections", type=int, default=20, help="calls in flight at once")
        add("--max-retries", type=int, default=RETRIES, help="tries after 429, 5xx or a lost connection")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = start_run(
                constitution=find_constitution(options["constitution"]),
                prompts=read_prompts(options["prompts"], limit=options["limit"]).prompts,
                sampling={"temperature": options["temperature"], "max_tokens": options["max_tokens"]},
                options={"rounds": options["rounds"]},
                **{name: options[name] for name in ("model", "base_url", "seed")},
            )
            self.stderr.write(f"Run {run.pk}: {run.n_finished} of {run.n_samples} samples are finished.")
            limits = {"max_connections": options["max_connections"], "retries": options["max_retries"]}
            execute_run(run=run, on_progress=self.show, **limits)
        except (*SETUP_ERRORS, RunInProgress, RunStopped) as error:
            raise CommandError(str(error)) from error
        done = f"{run.n_finished} samples ({run.n_failed} failed), {run.token_use['calls']} calls"
        self.stdout.write(f"Run {run.pk}: {done}.")

    def show(self, n_finished: int, n_samples: int) -> None:
        """Print progress whenever it has moved."""
        if n_finished != getattr(self, "shown", 0):
            self.shown = n_finished
            self.stderr.write(f"{n_finished} of {n_samples} samples")
