"""What a facilitator chooses before an analysis."""

from django import forms


class AnalyzeForm(forms.Form):
    """How many groups to make."""

    lock_k = forms.TypedChoiceField(
        label="Number of groups",
        choices=[("", "Let the votes decide"), *[(str(k), f"Exactly {k}") for k in range(2, 6)]],
        coerce=int,
        empty_value=None,
        required=False,
    )
