"""Read prompts from a file into a prompt set."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from training.prompt_sets.formats import FORMATS, read_file
from training.prompt_sets.services import add_prompts, make_set


class Command(BaseCommand):
    help = "Add the prompts of a file to a set, each once; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("file", type=Path, help="JSON Lines (also hh-rlhf dialogues), CSV or plain text")
        add("--set", required=True, metavar="SLUG", help="the prompt set, made if it is not there")
        add("--name", default="", help="what people read; only for a new set")
        add("--source", default="", help="where the prompts come from; only for a new set")
        told = "under which they may be used; only for a new set"
        add("--licence", "--license", dest="license", metavar="LICENCE", default="", help=told)
        add("--format", choices=FORMATS, default="", help="without it, told by the file's ending")
        add("--columns", nargs="*", default=[], help="of a CSV file, those that hold prompts")
        add("--tags", nargs="*", default=[], help="for every prompt: harmful helpful benign contentious …")

    def handle(self, *args: Any, **options: Any) -> None:
        named = {name: options[name] for name in ("format", "columns", "tags")}
        try:
            prompts = list(read_file(options["file"], **named))
            details = {name: options[name] for name in ("name", "source", "license")}
            prompt_set = make_set(slug=options["set"], **details)
            added = add_prompts(prompt_set=prompt_set, prompts=prompts)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Set {prompt_set.slug}: {added.n_new} new prompts, "
            f"{added.n_duplicates} came twice or were there already."
        )
