"""What a facilitator fills in: a rule, a title, the wording of a principle."""

from typing import Any

from django import forms

from constitution.models import Principle, Rule
from constitution.services import DEFAULT_LEVEL, DEFAULT_PRINCIPLES, DEFAULT_VOTES


class RuleForm(forms.Form):
    """A rule's parameters; the same form draws the preview and makes the draft."""

    min_level = forms.FloatField(
        label="Least level of consensus",
        min_value=0,
        max_value=1,
        help_text="Agreement averaged over the groups, from 0 to 1. One group against pulls it down.",
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )
    min_votes_per_group = forms.IntegerField(
        label="Least votes from every group",
        min_value=0,
        max_value=1_000_000,
        help_text="A statement that few people of a group saw proves little.",
    )
    max_principles = forms.IntegerField(label="Most principles", min_value=1, max_value=1000)
    order = forms.ChoiceField(label="Order", choices=Rule.Order.choices)

    @classmethod
    def initial_values(cls) -> dict[str, Any]:
        return {
            "min_level": DEFAULT_LEVEL,
            "min_votes_per_group": DEFAULT_VOTES,
            "max_principles": DEFAULT_PRINCIPLES,
            "order": Rule.Order.LEVEL,
        }


class DraftForm(RuleForm):
    """A rule and how the draft is called."""

    name = forms.CharField(
        label="Name of the rule",
        max_length=80,
        required=False,
        help_text="Optional. A saved rule never changes.",
    )
    title = forms.CharField(
        label="Title of the constitution",
        max_length=200,
        required=False,
        help_text="Optional. Without one, the conversation’s title.",
    )


class PrincipleForm(forms.Form):
    """The wording of a principle and what a person adds to it."""

    text = forms.CharField(
        label="Principle",
        max_length=2000,
        help_text="It begins with “Choose the response …”.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    framing = forms.ChoiceField(label="Framing", choices=Principle.Framing.choices)
    weight = forms.FloatField(
        label="Weight",
        min_value=0.01,
        max_value=1000,
        help_text="How often it is drawn when training data is made: 2 is twice as often as 1.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    rationale = forms.CharField(
        label="Why it reads so",
        max_length=2000,
        required=False,
        help_text="Optional. Printed with the principle.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AdoptForm(forms.Form):
    """The last word before a draft is frozen."""

    is_confirmed = forms.BooleanField(label="I have read the principles as they stand", required=True)
    accept_flagged = forms.BooleanField(
        label="Principles that no wording rule fitted may stand as the public wrote them", required=False
    )
