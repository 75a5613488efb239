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
            wanted = wanted_statements(manifest, options)
            rows = list(trace_rows(options["dataset"], wanted))
        except (DatasetError, OSError, KeyError) as error:
            raise CommandError(str(error)) from error
        statements = set().union(*wanted.values())
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


def wanted_statements(manifest: dict[str, Any], options: dict[str, Any]) -> dict[str, set[int]]:
    """The numbers asked for, by constitution; people and withdrawals are looked up in the database.

    Numbers and participants are those of the dataset's own conversation. Withdrawals count wherever rows
    come from: helpful pairs may rest on another constitution.
    """
    own = manifest["constitution_sha256"]
    behind = manifest.get("constitutions_behind", [own])
    if options["withdrawn"]:
        return {sha256: withdrawn_statements(constitution_of(sha256)) for sha256 in behind}
    numbers = set(options["statements"] or written_by(options["participant"], constitution_of(own)))
    slug = manifest["constitution"].partition("@")[0]
    others = Constitution.objects.filter(sha256__in=behind, conversation__slug=slug)
    return dict.fromkeys([own, *others.values_list("sha256", flat=True)], numbers)


def written_by(participant: int, constitution: Constitution) -> set[int]:
    """The numbers of all statements of a participant, known by number."""
    found = Statement.objects.filter(
        conversation=constitution.conversation, author__number=participant
    ).values_list("number", flat=True)
    return set(found)


def constitution_of(sha256: str) -> Constitution:
    constitution = Constitution.objects.filter(sha256=sha256).first()
    if constitution is None:
        raise DatasetError(f"This site does not know the constitution with the SHA-256 {sha256}.")
    return constitution
