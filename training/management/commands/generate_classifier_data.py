"""Have a model write examples of what each principle permits and restricts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import find_constitution
from training.classifiers.classes import class_prompts, classes_of
from training.run_arguments import RUN_ERRORS, add_run_arguments, begin_and_carry_out, outcome


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
        add_run_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            constitution = find_constitution(options["constitution"])
            classes = classes_of(constitution, options["principles"])
            run = begin_and_carry_out(
                constitution=constitution,
                kind="classifier",
                prompts=class_prompts(classes, options["per_class"]),
                run_options={name: options[name] for name in ("paraphrases", "languages")},
                words=options,
                tell=self.stderr.write,
                **{name: options[name] for name in ("model", "base_url", "seed")},
            )
        except RUN_ERRORS as error:
            raise CommandError(str(error)) from error
        if run is not None:
            self.stdout.write(outcome(run))
