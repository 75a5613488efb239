"""Models that were trained here become variants, with all they come from."""

from pathlib import Path

from django.conf import settings
from django.utils.text import slugify

from evaluation.models import ModelVariant
from evaluation.services import VariantExists
from training.finetuning.services import ancestry_of, places_of
from training.models import FineTuningRun


class NotTrained(Exception):
    """Only a finished fine-tuning becomes a variant."""


def register_finetuned(*, run: FineTuningRun, slug: str = "") -> ModelVariant:
    """Keep the trained model as a variant; the same fine-tuning is one variant, however often asked."""
    if run.status != FineTuningRun.Status.FINISHED:
        raise NotTrained(f"Fine-tuning {run.pk} is {run.status}; only a finished one becomes a variant.")
    if slug and ModelVariant.objects.filter(slug=slug).exclude(trained_by=run).exists():
        raise VariantExists(f"Another variant is called “{slug}” already; choose another --slug.")
    variant, _ = ModelVariant.objects.get_or_create(
        trained_by=run,
        defaults={
            "slug": slug or free_slug(run),
            "name": run.name,
            "model": model_name(places_of(run).model),
            "ancestry": ancestry_of(run),
            "notes": "Trained on prepared answers, to show how it works." if run.is_rehearsal else "",
        },
    )
    return variant


def model_name(folder: Path) -> str:
    """The folder as models are named, from VAR_DIR on, so that the site's data may move."""
    return f"hf/{folder.relative_to(settings.VAR_DIR)}"


def free_slug(run: FineTuningRun) -> str:
    """A short name from the fine-tuning's own, with letters of its id where another has taken it."""
    slug = slugify(run.name)[:60] or "variant"
    return f"{slug}-{str(run.pk)[:8]}" if ModelVariant.objects.filter(slug=slug).exists() else slug


def register_waiting() -> int:
    """Register every finished fine-tuning that is no variant yet; how many there were."""
    waiting = FineTuningRun.objects.filter(status=FineTuningRun.Status.FINISHED, variant=None)
    return len([register_finetuned(run=run) for run in waiting])
