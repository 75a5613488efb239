"""Find which principles the prompts of a set exercise."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import find_constitution
from training.estimate import estimate_run
from training.prompt_sets.coverage import coverage_of, find_by_similarity
from training.prompt_sets.generating import name_by_model, plan_naming
from training.prompt_sets.jobs import queue_naming
from training.prompt_sets.services import find_set
from training.run_arguments import RUN_ERRORS, Progress, add_run_arguments, budget_of, outcome, pace_of


class Command(BaseCommand):
    help = "Say which principles each prompt exercises: by a model, or without one by their words."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("constitution", help="slug (latest adopted) or slug@version")
        add("--set", required=True, metavar="SLUG", help="the prompt set")
        add("--model", default="", help="ask this model; without one, the likeness of words decides")
        add("--base-url", default="", help="address of the server, where it is not the provider's own")
        add_run_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            what: dict[str, Any] = {
                "constitution": find_constitution(options["constitution"]),
                "prompt_set": find_set(options["set"]),
            }
            if not options["model"]:
                n_new = find_by_similarity(**what)
            elif options["dry_run"] or options["queue"]:
                self.leave_it(what, options)
                return
            else:
                n_new = self.ask_model(what, options)
        except RUN_ERRORS as error:
            raise CommandError(str(error)) from error
        covered = coverage_of(**what)
        n_bare = sum(row.n == 0 for row in covered)
        self.stdout.write(
            f"{n_new} new pairs; {len(covered) - n_bare} of {len(covered)} principles are exercised."
        )

    def leave_it(self, what: dict[str, Any], options: dict[str, Any]) -> None:
        """Say what asking the model would take, or leave it to a worker."""
        model = {name: options[name] for name in ("model", "base_url")}
        if options["dry_run"]:
            estimate = estimate_run(plan_naming(**what, **model), model=options["model"], **pace_of(options))
            self.stdout.write(f"This run would take {estimate.in_words()}.")
        else:
            queue_naming(**what, **model, **pace_of(options), budget=budget_of(options))
            self.stdout.write("A worker asks the model.")

    def ask_model(self, what: dict[str, Any], options: dict[str, Any]) -> int:
        """How many pairs are new."""
        how = {name: options[name] for name in ("model", "base_url")} | pace_of(options)
        how |= {"budget": budget_of(options), "retries": options["max_retries"]}
        run, n_new = name_by_model(**what, **how, on_progress=Progress(self.stderr.write))
        self.stdout.write(outcome(run))
        return n_new
