"""Have a model write examples of what each principle permits and restricts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import ConstitutionNotFound, find_constitution
from training.classifiers.services import start_examples
from training.providers import RETRIES, ModelUnavailable
from training.services import ConstitutionNotAdopted, RunInProgress, execute_run
from training.shards import RunStopped

ERRORS = (
    ConstitutionNotAdopted,
    ConstitutionNotFound,
    ModelUnavailable,
    RunInProgress,
    RunStopped,
    ValueError,
)


class Command(BaseCommand):
    help = "Write examples for a classifier; the same command again takes up an interrupted run."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("constitution", help="slug (latest adopted) or slug@version")
        add("--model", default="", help="anthropic/…, openai/…, openai-api/<service>/…, rehearsal/…")
        add("--base-url", default="", help="address of the server, where it is not the provider's own")
        add("--per-class", type=int, default=100, metavar="N", help="messages for each class")
        add("--principles", type=int, nargs="*", default=[], help="their numbers; without it, all")
        add("--paraphrases", type=int, default=1, help="other wordings of each message")
        add("--languages", nargs="*", default=[], help="translations of each message, as: de ar ja")
        add("--seed", type=int, default=0)
        add("--max-connections", type=int, default=20, help="calls in flight at once")
        add("--max-retries", type=int, default=RETRIES, help="tries after 429, 5xx or a lost connection")

    def handle(self, *args: Any, **options: Any) -> None:
        named = ("model", "base_url", "principles", "paraphrases", "languages", "seed")
        try:
            run = start_examples(
                constitution=find_constitution(options["constitution"]),
                n_per_class=options["per_class"],
                **{name: options[name] for name in named},
            )
            limits = {"max_connections": options["max_connections"], "retries": options["max_retries"]}
            execute_run(run=run, on_progress=self.show, **limits)
        except ERRORS as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Run {run.pk}: {run.n_finished} messages ({run.n_failed} not written).")

    def show(self, n_finished: int, n_samples: int) -> None:
        """Print progress whenever it has moved."""
        if n_finished != getattr(self, "shown", 0):
            self.shown = n_finished
            self.stderr.write(f"{n_finished} of {n_samples} messages")
