"""manage.py adopt_constitution SLUG[@VERSION]: freeze a draft and print its hash."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import (
    AlreadyAdopted,
    CannotAdopt,
    ConstitutionNotFound,
    UnsettledWording,
    adopt_constitution,
    find_constitution,
    find_draft,
)


class Command(BaseCommand):
    help = "Adopt a draft: it is frozen for good and named by the SHA-256 of its content. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="slug (its latest draft) or slug@version")
        parser.add_argument(
            "--accept-flagged",
            action="store_true",
            help="adopt principles that no wording rule fitted as well",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reference = options["reference"]
        done = "is adopted"
        try:
            constitution = find_constitution(reference) if "@" in reference else find_draft(reference)
            adopt_constitution(constitution=constitution, accept_flagged=options["accept_flagged"])
        except AlreadyAdopted:
            done = "was adopted already"
        except UnsettledWording as error:
            raise CommandError(f"{error} To confirm, add --accept-flagged.") from error
        except (CannotAdopt, ConstitutionNotFound) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{constitution.reference} {done}. SHA-256: {constitution.sha256}")
