"""Make critique–revision training data from an adopted constitution."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import ConstitutionNotFound, find_constitution
from training.prompts import read_prompts
from training.providers import ModelUnavailable
from training.run_arguments import add_run_arguments, begin_and_carry_out, outcome
from training.services import ConstitutionNotAdopted, RunInProgress
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
        add_run_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = begin_and_carry_out(
                constitution=find_constitution(options["constitution"]),
                kind="revision",
                prompts=read_prompts(options["prompts"], limit=options["limit"]).prompts,
                run_options={"rounds": options["rounds"]},
                words=options,
                tell=self.stderr.write,
                **{name: options[name] for name in ("model", "base_url", "seed")},
            )
        except (*SETUP_ERRORS, RunInProgress, RunStopped) as error:
            raise CommandError(str(error)) from error
        if run is not None:
            self.stdout.write(outcome(run))
