"""What somebody chooses when they take a dataset along."""

from typing import Any

from django import forms

from training.datasets.mixing import HelpfulSource
from training.datasets.rows import FORMATS
from training.datasets.tracing import RULES
from training.datasets.writing import ExportOptions
from training.models import GenerationRun

FORMAT_WORDS = {
    "sft": "Supervised: prompt and better answer (SFT)",
    "preference": "Preferences: prompt, chosen and rejected answer (DPO, reward models)",
    "preference-implicit": "Preferences, with the prompt inside both answers",
    "preference-soft": "Preferences with a probability and a weight for each pair",
    "kto": "Single answers, each to give or not to give (KTO)",
}
LICENCES = {
    "other": "None chosen",
    "cc0-1.0": "CC0 1.0: no rights reserved",
    "cc-by-4.0": "CC BY 4.0: with the name of the source",
    "cc-by-sa-4.0": "CC BY-SA 4.0: with the name, and alike",
    "cc-by-nc-4.0": "CC BY-NC 4.0: with the name, not for business",
    "odc-by": "ODC-BY 1.0: for databases, with the name",
}
WITHDRAWAL_WORDS = {"": "Keep all rows"} | {
    rule: f"Leave out a row if {words}" for rule, words in RULES.items()
}


class RunField(forms.ModelChoiceField):
    def label_from_instance(self, obj: GenerationRun) -> str:
        return f"{obj.get_kind_display()} by {obj.model}, {obj.created_at:%-d %b %Y}, {obj.n_samples} prompts"


class ExportForm(forms.Form):
    """The form of the rows, what is held out, mixed in and left out, and the licence."""

    format = forms.ChoiceField(
        choices=[(name, FORMAT_WORDS[name]) for name in FORMATS], label="Form of the rows"
    )
    held_out = forms.FloatField(
        label="Share held out",
        min_value=0,
        max_value=0.9,
        initial=0.1,
        help_text="0.1 is a tenth, for measuring what was learned. A prompt always falls on the same side.",
    )
    helpful_run = RunField(
        queryset=GenerationRun.objects.none(),
        required=False,
        label="Helpful rows from",
        empty_label="No helpful rows",
        help_text="A run over ordinary requests; its first answers, or its pairs, keep the model useful.",
    )
    helpful_share = forms.FloatField(
        label="Share of helpful rows",
        min_value=0.01,
        max_value=0.95,
        initial=0.4,
        help_text="Among all rows; 0.4 is four in ten. It counts only with a run chosen above.",
    )
    without_withdrawn = forms.ChoiceField(
        label="Statements whose authors have withdrawn", choices=WITHDRAWAL_WORDS.items(), required=False
    )
    calibration = forms.TypedChoiceField(
        label="Calibration of soft labels",
        coerce=int,
        help_text="Brings a judge's labels nearer to people's; fitted on the run's agreement page.",
    )
    licence = forms.ChoiceField(label="Licence", choices=LICENCES.items(), help_text="Written in the card.")
    seed = forms.IntegerField(
        label="Seed", min_value=0, initial=0, help_text="Settles which helpful rows are drawn."
    )

    def __init__(self, *args: Any, run: GenerationRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = [(each.pk, f"Calibration {each.pk}: {each}") for each in run.calibrations.all()]
        curves = self.fields["calibration"]
        assert isinstance(curves, forms.TypedChoiceField)
        curves.choices = [(0, "As the judge gave them"), *kept]
        if not kept:
            del self.fields["calibration"]
        field = self.fields["helpful_run"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            GenerationRun.objects.filter(status="finished", kind__in=("revision", "preference"))
            .exclude(pk=run.pk)
            .order_by("-created_at")
        )

    def options(self) -> ExportOptions:
        """The choices as the service wants them."""
        told = dict(self.cleaned_data)
        run, share = told.pop("helpful_run"), told.pop("helpful_share")
        helpful = HelpfulSource(share=share, run=run) if run else None
        return ExportOptions(helpful=helpful, **told)
