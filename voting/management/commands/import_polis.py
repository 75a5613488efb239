"""Import a Polis export."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from voting.exchange import ImportRefused, MalformedFile, import_polis, read_ids


class Command(BaseCommand):
    help = "Import the Polis export in a folder as a closed conversation; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="folder with comments.csv and votes.csv")
        parser.add_argument("--slug", required=True, help="address of the conversation")
        parser.add_argument("--title", help="the question; without it, the topic in summary.csv")
        parser.add_argument(
            "--exclude-participants", type=Path, metavar="FILE", help="ids to leave out, one per line"
        )
        parser.add_argument(
            "--min-votes", type=int, default=0, metavar="N", help="keep people with at least N votes"
        )
        parser.add_argument(
            "--count-pending",
            action="store_true",
            default=None,
            help="statements that nobody moderated count too (Polis without strict moderation)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        excluded = options["exclude_participants"]
        try:
            result = import_polis(
                directory=options["directory"],
                slug=options["slug"],
                title=options["title"],
                exclude=read_ids(excluded) if excluded else (),
                min_votes=options["min_votes"],
                counts_pending=options["count_pending"],
                progress=self.stderr.write,
            )
        except (MalformedFile, ImportRefused) as error:
            raise CommandError(str(error)) from error
        done = "Imported" if result.is_new else "No change: this is already"
        self.stdout.write(
            f"{done} “{result.conversation.slug}”: {result.n_participants:,} participants, "
            f"{result.n_statements:,} statements ({result.n_accepted:,} accepted), "
            f"{result.n_counted_votes:,} counted votes ({result.n_agrees:,} agree, "
            f"{result.n_disagrees:,} disagree, {result.n_passes:,} pass)."
        )
