"""manage.py analyze SLUG: store a frozen analysis and print what it found."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.documents import write_document
from analysis.services import CannotAnalyze, run_analysis
from analysis.summary import summarize
from voting.models import Conversation


class Command(BaseCommand):
    help = "Find the groups of a conversation and what all of them agree on; store it as a frozen analysis."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the conversation's address")
        parser.add_argument("--lock-k", type=int, metavar="K", help="make exactly K groups")
        parser.add_argument(
            "--published-groups", action="store_true", help="use the groups that the import came with"
        )
        parser.add_argument("--seed", type=int, default=0, help="seed of all randomness (default 0)")
        parser.add_argument("--json", type=Path, metavar="FILE", help="also write the whole analysis here")

    def handle(self, *args: Any, **options: Any) -> None:
        conversation = Conversation.objects.filter(slug=options["slug"]).first()
        if conversation is None:
            raise CommandError(f"There is no conversation {options['slug']!r}.")
        try:
            analysis = run_analysis(
                conversation=conversation,
                lock_k=options["lock_k"],
                seed=options["seed"],
                use_published_groups=options["published_groups"],
            )
            if options["json"]:
                write_document(analysis, options["json"])
        except CannotAnalyze as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{options['json']} cannot be written: {error.strerror}.") from error
        self.stdout.write(summarize(analysis))
