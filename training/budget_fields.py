"""What a form asks about a budget: the same words wherever calls are paid for."""

from django import forms


def token_budget() -> forms.IntegerField:
    return forms.IntegerField(
        label="Budget in tokens", required=False, min_value=1, help_text="Optional; never exceeded."
    )


def money_budget() -> forms.FloatField:
    return forms.FloatField(
        label="Budget in dollars",
        required=False,
        min_value=0.01,
        help_text="Optional; never exceeded. Needs the model’s price in the settings.",
    )
