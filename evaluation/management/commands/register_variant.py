"""Register a model variant."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.services import ConstitutionNotFound, find_constitution
from evaluation.services import NotAdopted, VariantExists, register_variant
from training.providers import ModelUnavailable


class Command(BaseCommand):
    help = "Register a model that can answer, with an adopted constitution as its system prompt or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name for the variant, e.g. claude-with-constitution")
        parser.add_argument("--model", required=True, help="provider/model, e.g. anthropic/claude-sonnet-4-5")
        parser.add_argument("--base-url", default="", help="address of the server, if not the provider's own")
        parser.add_argument("--constitution", help="SLUG (latest adopted) or SLUG@VERSION; none if left out")
        parser.add_argument("--name", default="", help="name shown on pages; the slug if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reference = options["constitution"]
            variant = register_variant(
                slug=options["slug"],
                name=options["name"],
                model=options["model"],
                base_url=options["base_url"],
                constitution=find_constitution(reference) if reference else None,
            )
        except (ConstitutionNotFound, ModelUnavailable, NotAdopted, VariantExists) as error:
            raise CommandError(str(error)) from error
        behind = variant.constitution.reference if variant.constitution else "no constitution"
        self.stdout.write(f"{variant.slug}: {variant.model}, {behind}.")
