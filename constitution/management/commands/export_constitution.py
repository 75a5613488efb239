"""manage.py export_constitution SLUG[@VERSION] --format …: write a constitution for people or programs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.export import MEDIA_TYPES, export_constitution
from constitution.services import ConstitutionNotFound, find_constitution


class Command(BaseCommand):
    help = "Export a constitution: the JSON carries everything and the hash, the others are made from it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="slug (its latest adopted version) or slug@version")
        parser.add_argument("--format", choices=list(MEDIA_TYPES), default="json")
        parser.add_argument("--out", type=Path, metavar="FILE", help="without it, to the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            constitution = find_constitution(options["reference"])
        except ConstitutionNotFound as error:
            raise CommandError(str(error)) from error
        text = export_constitution(constitution, options["format"])
        if options["out"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["out"].write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{constitution.reference} is in {options['out']}.")
