"""Have a model write prompts until every principle is exercised."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import find_constitution
from training.prompt_sets.generating import fill_gaps
from training.prompt_sets.services import make_set
from training.run_arguments import RUN_ERRORS


class Command(BaseCommand):
    help = "Write prompts for the principles that too few prompts of a set exercise."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("constitution", help="slug (latest adopted) or slug@version")
        add("--set", required=True, metavar="SLUG", help="the prompt set, made if it is not there")
        add("--at-least", type=int, default=5, metavar="N", help="prompts for each principle")
        add("--model", default="", help="anthropic/…, openai/…, openai-api/<service>/…, rehearsal/…")
        add("--base-url", default="", help="address of the server, where it is not the provider's own")
        add("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        how = {name: options[name] for name in ("model", "base_url", "seed", "at_least")}
        try:
            constitution = find_constitution(options["constitution"])
            filled = fill_gaps(constitution=constitution, prompt_set=make_set(slug=options["set"]), **how)
        except RUN_ERRORS as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Set {options['set']}: {filled.n_new} new prompts in {len(filled.runs)} runs.")
        if filled.missing:
            lacking = ", ".join(f"{number} (needs {n} more)" for number, n in filled.missing.items())
            self.stdout.write(f"Still too few for principle {lacking}.")
