"""What researchers choose for a classifier, and the text they try it on."""

from django import forms

from training.models import ContentClassifier


class ClassifierForm(forms.Form):
    reads = forms.ChoiceField(label="It reads", choices=ContentClassifier.Reads.choices)
    benign_refusal_rate = forms.FloatField(
        label="Permitted texts that may be refused, in 100",
        help_text="The threshold is set so that no more are, on texts it has not learned from.",
        min_value=0.1,
        max_value=50,
        initial=2,
    )

    def clean_benign_refusal_rate(self) -> float:
        return float(self.cleaned_data["benign_refusal_rate"]) / 100


class TryForm(forms.Form):
    text = forms.CharField(
        label="A text to try it on",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
