"""Find which principles the prompts of a set exercise."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.models import Constitution
from constitution.services import find_constitution
from training.models import PromptSet
from training.prompt_sets.coverage import coverage_of, find_by_similarity
from training.prompt_sets.generating import name_by_model
from training.prompt_sets.services import find_set
from training.run_arguments import RUN_ERRORS


class Command(BaseCommand):
    help = "Say which principles each prompt exercises: by a model, or without one by their words."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("constitution", help="slug (latest adopted) or slug@version")
        add("--set", required=True, metavar="SLUG", help="the prompt set")
        add("--model", default="", help="ask this model; without one, the likeness of words decides")
        add("--base-url", default="", help="address of the server, where it is not the provider's own")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            constitution = find_constitution(options["constitution"])
            prompt_set = find_set(options["set"])
            n_new = self.find(constitution, prompt_set, options["model"], options["base_url"])
        except RUN_ERRORS as error:
            raise CommandError(str(error)) from error
        covered = coverage_of(constitution, prompt_set)
        n_bare = sum(row.n == 0 for row in covered)
        self.stdout.write(
            f"{n_new} new pairs; {len(covered) - n_bare} of {len(covered)} principles are exercised."
        )

    def find(self, constitution: Constitution, prompt_set: PromptSet, model: str, base_url: str) -> int:
        """How many pairs are new."""
        if not model:
            return find_by_similarity(constitution=constitution, prompt_set=prompt_set)
        return name_by_model(
            constitution=constitution, prompt_set=prompt_set, model=model, base_url=base_url
        )[1]
