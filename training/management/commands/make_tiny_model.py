"""Write a very small model with random weights, to try fine-tuning without a network."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from training.finetuning.process import TrainerMissing, check_trainer_is_installed
from training.prompts import DEMONSTRATION, read_prompts


class Command(BaseCommand):
    help = "Write a model of 100,000 random weights, to try fine-tuning; it answers nothing sensible."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--out", type=Path, help="a new folder; by default “tiny” in the folder of models"
        )
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["out"] or Path(settings.MODELS_DIR) / "tiny"
        if folder.exists():
            raise CommandError(f"{folder} is there already.")
        try:
            check_trainer_is_installed()
        except TrainerMissing as error:
            raise CommandError(str(error)) from error
        from training.finetuning.tiny import make_tiny_model

        texts = (prompt.text for prompt in read_prompts(DEMONSTRATION).prompts)
        make_tiny_model(folder, texts=texts, seed=options["seed"])
        self.stdout.write(f"{folder}: a model with random weights, for trying things.")
