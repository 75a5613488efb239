"""Write a finished run as a dataset for training."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from training.datasets import FORMATS, DatasetError, ExportOptions, RunNotFinished, export_dataset
from training.datasets.mixing import HelpfulSource
from training.datasets.tracing import RULES
from training.models import GenerationRun


class Command(BaseCommand):
    help = "Write a finished run as JSON Lines and Parquet, with a manifest and a dataset card."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("run", help="id of the run, as generate_revisions prints it")
        add("--format", choices=FORMATS, required=True)
        add("--out", type=Path, required=True, help="a new folder, or an earlier export to replace")
        add(
            "--held-out", type=float, default=0.0, help="share of prompts held out, by their content (0 to 1)"
        )
        add("--helpful", help="a .jsonl or .parquet file with helpful rows, or the id of a finished run")
        add(
            "--helpful-share",
            type=float,
            default=0.4,
            help="share of helpful rows among all (with --helpful)",
        )
        add("--seed", type=int, default=0, help="settles which helpful rows are drawn")
        add("--licence", default="other", help="licence for the card: cc0-1.0, cc-by-4.0, odc-by …")
        add(
            "--without-withdrawn",
            choices=RULES,
            nargs="?",
            const="only",
            default="",
            help="leave out rows with a principle that rests only on withdrawn statements, or on any",
        )
        add("--without-statements", type=int, nargs="+", default=[], help="count these as withdrawn too")

        add("--calibration", type=int, default=0, help="apply this calibration to a preference run's labels")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = find_run(options["run"])
            tally = export_dataset(run=run, out=options["out"], options=read_options(options))
        except (RunNotFinished, DatasetError, ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        n_dropped = sum(tally.dropped.values())
        self.stdout.write(f"{options['out']}: {tally.n_rows} rows, {n_dropped} samples dropped.")
        if options["helpful"]:
            self.stdout.write(f"{100 * tally.helpful_share:.1f} % of the items are helpful ones.")
        if tally.withdrawn:
            self.stdout.write(f"Left out for withdrawn statements: {' '.join(tally.withdrawn)}")


def find_run(id: str) -> GenerationRun:
    try:
        return GenerationRun.objects.get(pk=id)
    except (GenerationRun.DoesNotExist, ValidationError) as error:
        raise CommandError(f"There is no run “{id}”.") from error


def read_options(options: dict[str, Any]) -> ExportOptions:
    """The command's options as the service wants them."""
    helpful = None
    if options["helpful"]:
        is_file = Path(options["helpful"]).suffix in (".jsonl", ".parquet")
        source = {"path": Path(options["helpful"])} if is_file else {"run": find_run(options["helpful"])}
        helpful = HelpfulSource(share=options["helpful_share"], **source)
    names = ("format", "held_out", "seed", "licence", "without_withdrawn", "calibration")
    return ExportOptions(
        helpful=helpful,
        without_statements=tuple(options["without_statements"]),
        **{name: options[name] for name in names},
    )
