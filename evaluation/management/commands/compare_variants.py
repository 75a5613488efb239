"""Compare two variants on every task both have run."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation.comparison import compare_variants
from evaluation.models import ModelVariant
from evaluation.reading import write_comparison


class Command(BaseCommand):
    help = "Set two variants side by side, paired by item, with intervals and Holm-corrected p-values."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("a", help="slug of variant A")
        parser.add_argument("b", help="slug of variant B")

    def handle(self, *args: Any, **options: Any) -> None:
        a, b = self.variant(options["a"]), self.variant(options["b"])
        if a == b:
            raise CommandError("Name two different variants.")
        self.stdout.write(write_comparison(compare_variants(a=a, b=b)))

    def variant(self, slug: str) -> ModelVariant:
        found = ModelVariant.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no variant “{slug}”: use register_variant.")
        return found
