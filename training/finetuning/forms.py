"""What somebody chooses to start a fine-tuning on a page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings

from training.datasets.exports import folder_of
from training.finetuning.recipes import find_recipe, recipe_names
from training.finetuning.services import places_of
from training.models import DatasetExport, FineTuningRun


class ExportField(forms.ModelChoiceField):
    def label_from_instance(self, obj: DatasetExport) -> str:
        constitution = obj.run.constitution
        rows = f"{obj.n_rows} {obj.options['format']} rows, held out {obj.options['held_out']}"
        return f"{constitution.reference}: {rows}, {obj.created_at:%-d %b %Y %H:%M}"


def base_models() -> Iterator[tuple[str, str]]:
    """Folders with a model under MODELS_DIR, and models that were trained here."""
    folder = Path(settings.MODELS_DIR)
    for config in sorted(folder.glob("*/config.json")):
        yield str(config.parent), config.parent.name
    for run in FineTuningRun.objects.filter(status=FineTuningRun.Status.FINISHED):
        yield str(places_of(run).model), f"{run.name} (trained here)"


def recipes() -> Iterator[tuple[str, str]]:
    for name in recipe_names():
        yield name, f"{name.replace('_', ' ')}: {find_recipe(name).description}"


class FineTuningForm(forms.Form):
    """A recipe, the model to begin with, and the datasets that the recipe reads."""

    recipe = forms.ChoiceField(choices=recipes)
    base_model = forms.ChoiceField(
        label="Base model", help_text="A folder of this site's models, or a model trained here."
    )
    sft = ExportField(
        queryset=DatasetExport.objects.none(),
        required=False,
        label="Supervised rows",
        empty_label="None",
        help_text="For recipes that begin with revised answers.",
    )
    preference = ExportField(
        queryset=DatasetExport.objects.none(),
        required=False,
        label="Preference rows",
        empty_label="None",
        help_text="For DPO, reward models and reinforcement learning.",
    )
    name = forms.CharField(max_length=200, required=False, help_text="Optional: what the variant is called.")
    seed = forms.IntegerField(min_value=0, initial=0, help_text="The same seed gives the same model.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base_model"].choices = list(base_models())  # type: ignore[attr-defined]
        ready = DatasetExport.objects.filter(status=DatasetExport.Status.FINISHED)
        ready = ready.select_related("run__constitution__conversation")
        self.fields["sft"].queryset = ready.filter(options__format="sft")  # type: ignore[attr-defined]
        pairs = ready.filter(options__format__startswith="preference")
        self.fields["preference"].queryset = pairs  # type: ignore[attr-defined]

    def inputs(self) -> dict[str, Any]:
        """The choices as the service wants them."""
        told = self.cleaned_data
        chosen = {role: told[role] for role in ("sft", "preference") if told[role]}
        return {
            "recipe": find_recipe(told["recipe"]),
            "base_model": told["base_model"],
            "datasets": {role: folder_of(export) for role, export in chosen.items()},
            "name": told["name"],
            "seed": told["seed"],
        }
