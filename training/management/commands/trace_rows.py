"""List the rows of a written dataset that rest on given statements, or on withdrawn ones."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from constitution.models import Constitution
from training.datasets import DatasetError
from training.datasets.tracing import read_manifest, trace_rows, withdrawn_statements
from voting.models import Statement


class Command(BaseCommand):
    help = "List the rows of a dataset by the statements behind their principles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", type=Path, help="a folder that export_dataset wrote")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--statements", type=int, nargs="+", help="numbers of statements")
        which.add_argument("--participant", type=int, help="all statements of this participant, by number")
        which.add_argument(
            "--withdrawn", action="store_true", help="all statements whose author has withdrawn"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = read_manifest(options["dataset"])
            statements = wanted_statements(manifest, options)
            rows = list(trace_rows(options["dataset"], statements))
        except (DatasetError, OSError, KeyError) as error:
            raise CommandError(str(error)) from error
        for row in rows:
            behind = ", ".join(str(number) for number in row.statements if number in statements)
            principles = ", ".join(map(str, row.principle_ids))
            self.stdout.write(
                f"{row.file}:{row.line}  {row.sample_id}  principles {principles}  statements {behind}"
            )
        if not statements:
            self.stdout.write(f"No statement is like that: all {manifest['n_rows']} rows are left alone.")
            return
        named = ", ".join(map(str, sorted(statements)))
        self.stdout.write(f"{len(rows)} of {manifest['n_rows']} rows rest on statements {named}.")


def wanted_statements(manifest: dict[str, Any], options: dict[str, Any]) -> set[int]:
    """The numbers asked for; people and withdrawals are looked up in the database."""
    if options["statements"]:
        return set(options["statements"])
    constitution = Constitution.objects.filter(sha256=manifest["constitution_sha256"]).first()
    if constitution is None:
        raise DatasetError(f"This site does not know the constitution {manifest['constitution']}.")
    if options["withdrawn"]:
        return withdrawn_statements(constitution)
    written = Statement.objects.filter(
        conversation=constitution.conversation, author__number=options["participant"]
    )
    return set(written.values_list("number", flat=True))
