"""Have a model write prompts until every principle is exercised."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import find_constitution
from training.estimate import estimate_run
from training.prompt_sets.generating import Filled, fill_gaps, plan_writing
from training.prompt_sets.jobs import queue_writing
from training.prompt_sets.services import make_set
from training.run_arguments import RUN_ERRORS, Progress, add_run_arguments, budget_of, pace_of


class Command(BaseCommand):
    help = "Write prompts for the principles that too few prompts of a set exercise; again, it goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("constitution", help="slug (latest adopted) or slug@version")
        add("--set", required=True, metavar="SLUG", help="the prompt set, made if it is not there")
        add("--at-least", type=int, default=5, metavar="N", help="prompts for each principle")
        add("--model", default="", help="anthropic/…, openai/…, openai-api/<service>/…, rehearsal/…")
        add("--base-url", default="", help="address of the server, where it is not the provider's own")
        add("--seed", type=int, default=0)
        add_run_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        what = {name: options[name] for name in ("model", "base_url", "seed", "at_least")}
        try:
            what["constitution"] = find_constitution(options["constitution"])
            what["prompt_set"] = make_set(slug=options["set"])
            if options["dry_run"]:
                self.say_what_it_would_take(what, options)
                return
            how = pace_of(options) | {"budget": budget_of(options)}
            if options["queue"]:
                queue_writing(**what, **how)
                self.stdout.write(f"Set {options['set']}: a worker writes what is missing.")
                return
            progress = Progress(self.stderr.write)
            filled = fill_gaps(**what, **how, retries=options["max_retries"], on_progress=progress)
        except RUN_ERRORS as error:
            raise CommandError(str(error)) from error
        self.tell(filled, options["set"])

    def say_what_it_would_take(self, what: dict[str, Any], options: dict[str, Any]) -> None:
        plan = plan_writing(**what)
        if plan is None:
            self.stdout.write("Every principle has enough prompts: nothing would be written.")
            return
        told = estimate_run(plan, model=options["model"], **pace_of(options)).in_words()
        self.stdout.write(f"The first round would take {told}.")

    def tell(self, filled: Filled, name: str) -> None:
        self.stdout.write(f"Set {name}: {filled.n_new} new prompts in {len(filled.runs)} runs.")
        if filled.missing:
            lacking = ", ".join(f"{number} (needs {n} more)" for number, n in filled.missing.items())
            self.stdout.write(f"Still too few for principle {lacking}.")
        if filled.held:
            self.stdout.write(filled.held)
