"""manage.py verify_constitution FILE: recompute the hash of an exported constitution."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.verify import NotAConstitution, verify_file


class Command(BaseCommand):
    help = "Check that an exported constitution (JSON) has the content its hash names."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = verify_file(options["file"])
        except NotAConstitution as error:
            raise CommandError(str(error)) from error
        if result.stated != result.computed:
            where = f" First difference: {result.difference}." if result.difference else ""
            raise CommandError(
                f"The content does not match its hash: it states {result.stated}, "
                f"its content gives {result.computed}.{where}"
            )
        if result.difference:
            raise CommandError(
                f"The file agrees with itself, but this site adopted something else: {result.difference}."
            )
        here = "and is what this site adopted" if result.adopted_here else "but is not known to this site"
        self.stdout.write(f"The content matches its hash {result.stated} {here}.")
