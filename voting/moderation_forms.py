"""What moderators may send: a decision on some statements, and changes to one."""

from typing import Any, ClassVar, cast

from django import forms
from django.conf.locale import LANG_INFO
from django.http import QueryDict

from voting.models import Statement

LANGUAGES = [
    ("", "Unsure"),
    *sorted(
        ((code, info["name"]) for code, info in LANG_INFO.items() if len(code) == 2 and "name" in info),
        key=lambda language: language[1],
    ),
]


class ModerationForm(forms.Form):
    """A decision on some statements: those that are checked, or the one whose own button was pressed.

    The button to merge one statement holds its number and the other's: “14:12” merges 14 into 12.
    """

    DECISIONS: ClassVar = {
        "accept": Statement.Status.ACCEPTED,
        "reject": Statement.Status.REJECTED,
        "merge": Statement.Status.MERGED,
        "unmerge": "unmerged",
    }
    REASONS: ClassVar = [
        "Says the same as another statement",
        "Off topic",
        "More than one idea",
        "Not a statement people can agree or disagree with",
        "Personal or private information",
        "Abusive",
        "Spam",
    ]

    accept = forms.CharField(required=False)
    reject = forms.CharField(required=False)
    merge = forms.CharField(required=False)
    unmerge = forms.CharField(required=False)
    reason = forms.CharField(max_length=200, required=False)
    target = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)

    def clean(self) -> dict[str, Any]:
        """Add `decision` and `numbers`; for a merging also `target`."""
        cleaned = super().clean() or {}
        pressed = {name: cleaned.get(name) for name in self.DECISIONS if cleaned.get(name)}
        if len(pressed) != 1:
            raise forms.ValidationError("Please choose what to do: accept, reject or merge.")
        name, which = pressed.popitem()
        one, _colon, target = str(which).partition(":")
        numbers = _read_numbers(cast(QueryDict, self.data).getlist("checked") if one == "checked" else [one])
        if not numbers:
            raise forms.ValidationError("Please select at least one statement first.")
        if target:
            cleaned["target"] = next(iter(_read_numbers([target])), None)
        if name == "merge" and cleaned.get("target") is None:
            raise forms.ValidationError("Please give the number of the statement to merge into.")
        return {**cleaned, "decision": self.DECISIONS[name], "numbers": numbers}


class CorrectionForm(forms.Form):
    """The words of a statement without the slip of the pen."""

    text = forms.CharField(
        label="Wording",
        help_text="Mend slips only. Nobody has voted on it yet; after the first vote its words stay.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SplitForm(forms.Form):
    """One statement of several ideas, rewritten as several of one each."""

    texts = forms.CharField(
        label="New statements",
        help_text="One per line, from two to five. They are accepted at once, and their author is told.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LanguageForm(forms.Form):
    """The language a statement is written in."""

    language = forms.ChoiceField(label="Language", choices=LANGUAGES, required=False)


class MergeForm(forms.Form):
    """The statement that says the same."""

    target = forms.IntegerField(label="Number of the other statement", min_value=0, max_value=2**31 - 1)


def _read_numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]
