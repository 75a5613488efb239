"""manage.py build_constitution DIR --out OUT: from a folder of votes to an adopted, exported constitution."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.services import CannotAnalyze
from constitution.building import build_constitution
from constitution.services import DEFAULT_LEVEL, CannotAdopt, NothingQualifies, RuleRefused
from voting.exchange import ImportRefused, MalformedFile, read_ids


class Command(BaseCommand):
    help = "Import, analyze, draft, adopt and export in one go; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, help="folder with comments.csv and votes.csv")
        parser.add_argument("--out", type=Path, required=True, help="folder for the exports")
        parser.add_argument("--slug", help="address of the conversation; without it, the folder's name")
        parser.add_argument("--title", help="the question; without it, the topic in summary.csv")
        parser.add_argument("--lock-k", type=int, metavar="K", help="make exactly K groups")
        parser.add_argument("--exclude-participants", type=Path, metavar="FILE", help="ids to leave out")
        parser.add_argument("--min-votes", type=int, default=0, metavar="N", help="keep people with N votes")
        parser.add_argument("--level", type=float, default=DEFAULT_LEVEL, help="least level of consensus")

    def handle(self, *args: Any, **options: Any) -> None:
        excluded = options["exclude_participants"]
        try:
            constitution = build_constitution(
                directory=options["directory"],
                out=options["out"],
                slug=options["slug"],
                title=options["title"],
                lock_k=options["lock_k"],
                exclude=read_ids(excluded) if excluded else (),
                min_votes=options["min_votes"],
                level=options["level"],
                progress=self.stderr.write,
            )
        except (
            ImportRefused,
            MalformedFile,
            CannotAnalyze,
            RuleRefused,
            NothingQualifies,
            CannotAdopt,
        ) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        self.stdout.write(
            f"{constitution.reference}: {constitution.principles.count()} principles in {options['out']}. "
            f"SHA-256: {constitution.sha256}"
        )
