"""Fine-tune a model on datasets of a constitution, and register what comes of it as a variant."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation.finetuned import register_finetuned
from evaluation.services import VariantExists
from training.datasets import DatasetError
from training.finetuning.process import TrainerMissing
from training.finetuning.recipes import RecipeError, find_recipe, recipe_names
from training.finetuning.services import (
    FineTuningBusy,
    FineTuningError,
    execute_finetuning,
    places_of,
    start_finetuning,
)
from training.models import FineTuningRun

ERRORS = (DatasetError, FineTuningBusy, FineTuningError, RecipeError, TrainerMissing, OSError)


class Command(BaseCommand):
    help = "Fine-tune a model; the same command again goes on after any interruption."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("recipe", help=f"{', '.join(recipe_names())}, or a .toml file")
        add("--base-model", required=True, help="a folder, or organization/model@revision on the hub")
        add(
            "--dataset",
            action="append",
            default=[],
            metavar="NAME=FOLDER",
            help="a folder that export_dataset wrote, under the name the recipe uses: sft=…, preference=…",
        )
        add("--name", default="", help="what the variant is called on pages")
        add("--slug", default="", help="the variant's short name")
        add("--seed", type=int, default=0)
        add("--allow-download", action="store_true", help="fetch the base model from the Hugging Face hub")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = start_finetuning(
                recipe=find_recipe(options["recipe"]),
                base_model=options["base_model"],
                datasets=dict(read_dataset(given) for given in options["dataset"]),
                seed=options["seed"],
                name=options["name"],
                allows_download=options["allow_download"],
            )
            self.stderr.write(f"Fine-tuning {run.pk}, in {places_of(run).folder}")
            run = execute_finetuning(run=run, on_progress=self.show)
        except ERRORS as error:
            raise CommandError(str(error)) from error
        if run.status != FineTuningRun.Status.FINISHED:
            raise CommandError(run.error or f"The fine-tuning is {run.get_status_display().lower()}.")
        try:
            variant = register_finetuned(run=run, slug=options["slug"])
        except VariantExists as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{variant.slug}: {variant.model}{self.rise(run)}")

    def show(self, line: dict[str, Any]) -> None:
        loss = line.get("loss")
        said = f", loss {loss:.4f}" if isinstance(loss, float) else ""
        self.stderr.write(
            f"stage {line['stage']} ({line['kind']}): step {line['step']} of {line['n_steps']}{said}"
        )

    def rise(self, run: FineTuningRun) -> str:
        change = run.result["change"]
        return (
            f"; margin of chosen answers {change['rise']:+.2f} nats on {change['n_pairs']} pairs."
            if change
            else "."
        )


def read_dataset(given: str) -> tuple[str, Path]:
    """`NAME=FOLDER`, taken apart."""
    name, sign, folder = given.partition("=")
    if not sign or not name or not folder:
        raise CommandError(f"--dataset {given}: write NAME=FOLDER, such as sft=var/sft.")
    return name, Path(folder)
