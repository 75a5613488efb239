"""How large a sample people label."""

from typing import Any

from django import forms

from training.labeling import N_CORE, N_ITEMS


class SheetForm(forms.Form):
    n_items = forms.IntegerField(
        label="Pairs in the sample",
        help_text="Drawn as evenly as they last from every principle and every degree of certainty.",
        min_value=1,
        max_value=2000,
        initial=N_ITEMS,
    )
    n_core = forms.IntegerField(
        label="Of these, for everybody",
        help_text="Everyone labels these first, so that people can be compared with each other.",
        min_value=1,
        max_value=2000,
        initial=N_CORE,
    )
    seed = forms.IntegerField(
        label="Seed",
        help_text="The same seed draws the same sample.",
        min_value=0,
        max_value=2**31 - 1,
        initial=0,
    )

    def clean(self) -> dict[str, Any]:
        """The core is a part of the sample."""
        cleaned = super().clean() or {}
        if {"n_items", "n_core"} <= cleaned.keys() and cleaned["n_core"] > cleaned["n_items"]:
            self.add_error("n_core", f"At most {cleaned['n_items']}, the size of the sample.")
        return cleaned
