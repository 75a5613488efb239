"""Make a classifier from a finished run of examples."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from training.classifiers.services import train_classifier
from training.models import ContentClassifier, GenerationRun


class Command(BaseCommand):
    help = "Fit a classifier of permitted and restricted texts, and judge it on examples it has not seen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", help="id of the run, as generate_classifier_data prints it")
        parser.add_argument("--reads", choices=ContentClassifier.Reads.values, default="query")
        parser.add_argument(
            "--benign-refusal-rate",
            type=float,
            default=0.02,
            metavar="SHARE",
            help="share of permitted texts that may be refused",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = GenerationRun.objects.get(pk=options["run"])
            rate = options["benign_refusal_rate"]
            made = train_classifier(run=run, reads=options["reads"], benign_refusal_rate=rate)
        except (GenerationRun.DoesNotExist, ValidationError) as error:
            raise CommandError(f"There is no run “{options['run']}”.") from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        figures = made.figures
        self.stdout.write(
            f"Classifier {made.pk}: refuses {figures['recall']['value']:.0%} of restricted texts and "
            f"{figures['benign_refusals']['value']:.1%} of permitted ones, of {figures['n']} it had not seen."
        )
