"""Export a conversation's statements."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from voting.exchange.polis_export import write_statements
from voting.models import Conversation


class Command(BaseCommand):
    help = "Write the statements of a conversation as Polis's comments.csv, with where merged ones went."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="address of the conversation")
        parser.add_argument("--out", type=Path, default=Path("comments.csv"), help="file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        conversation = Conversation.objects.filter(slug=options["slug"]).first()
        if conversation is None:
            raise CommandError(f"There is no conversation “{options['slug']}”.")
        try:
            with options["out"].open("w", encoding="utf-8", newline="") as file:
                n_statements = write_statements(conversation=conversation, file=file)
        except OSError as error:
            raise CommandError(f"Cannot write {options['out']}: {error.strerror}.") from error
        self.stdout.write(f"Wrote {n_statements:,} statements of “{conversation.slug}” to {options['out']}.")
