"""Write a finished run as a dataset for training."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from training.datasets import FORMATS, DatasetError, RunNotFinished, export_dataset
from training.models import GenerationRun


class Command(BaseCommand):
    help = "Write a finished run as JSON Lines and Parquet, with a manifest and a dataset card."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", help="id of the run, as generate_revisions prints it")
        parser.add_argument("--format", choices=FORMATS, required=True)
        parser.add_argument(
            "--out", type=Path, required=True, help="a new folder, or an earlier export to replace"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = GenerationRun.objects.get(pk=options["run"])
            tally = export_dataset(run=run, format=options["format"], out=options["out"])
        except (GenerationRun.DoesNotExist, ValidationError) as error:
            raise CommandError(f"There is no run “{options['run']}”.") from error
        except (RunNotFinished, DatasetError, OSError) as error:
            raise CommandError(str(error)) from error
        n_dropped = sum(tally.dropped.values())
        self.stdout.write(f"{options['out']}: {tally.n_rows} rows, {n_dropped} samples dropped.")
