"""What people may send: a vote, a statement, and what facilitators write and decide."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from voting.models import Conversation, Vote
from voting.services import (
    STATEMENT_LIMIT,
    StatementRefused,
    clean_statement,
    refuse_personal_data,
)


class VoteForm(forms.Form):
    choice = forms.TypedChoiceField(choices=Vote.Choice.choices, coerce=int)
    is_important = forms.BooleanField(required=False)


class StatementForm(forms.Form):
    """A participant's own statement."""

    text = forms.CharField(label=_("Your statement"), required=False, strip=False)

    def __init__(self, *args: Any, limit: int = STATEMENT_LIMIT, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = limit

    def clean_text(self) -> str:
        try:
            text = clean_statement(self.cleaned_data["text"], limit=self.limit)
            refuse_personal_data(text)
        except StatementRefused as error:
            raise forms.ValidationError(str(error)) from error
        return text


class ConversationForm(forms.ModelForm):
    """What participants read above the statements, and how long a round is."""

    round_size = forms.IntegerField(
        label="Cards in a round",
        help_text="After so many, participants are asked whether they want to continue or stop.",
        required=False,
        min_value=1,
        max_value=100,
        initial=10,
    )

    statement_limit = forms.IntegerField(
        label="Longest statement",
        help_text="In characters, from 140 to 280. Statements that are there already stay as they are.",
        required=False,
        min_value=140,
        max_value=280,
        initial=STATEMENT_LIMIT,
    )

    results_shown = forms.ChoiceField(
        label="Show the results",
        help_text="Early results can sway later votes. You yourself always see them.",
        choices=Conversation.ResultsShown.choices,
        required=False,
    )

    language = forms.ChoiceField(
        label="Language you write in",
        help_text="Participants read the pages in their own language, and this one if we do not have theirs.",
        choices=settings.LANGUAGES,
        initial=settings.LANGUAGE_CODE,
        required=False,
    )

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or self.instance.language

    def clean_round_size(self) -> int:
        return self.cleaned_data["round_size"] or self.instance.round_size

    def clean_statement_limit(self) -> int:
        return self.cleaned_data["statement_limit"] or self.instance.statement_limit

    def clean_results_shown(self) -> str:
        return self.cleaned_data["results_shown"] or self.instance.results_shown

    class Meta:
        model = Conversation
        fields: ClassVar = [
            "title",
            "language",
            "description",
            "asked_by",
            "use_of_results",
            "population",
            "round_size",
            "statement_limit",
            "results_shown",
            "reminds_moderators",
        ]
        labels: ClassVar = {
            "title": "Question",
            "description": "Introduction",
            "asked_by": "Who asks",
            "use_of_results": "How the results are used",
            "population": "Whom it speaks for",
            "reminds_moderators": "Write to me once a day while statements wait to be moderated",
        }
        help_texts: ClassVar = {
            "title": "For example: How should an AI assistant behave?",
            "description": "What it is about, and why it matters.",
            "asked_by": "For example: the city library of Tartu.",
            "use_of_results": "For example: what all groups support is published and used to train a model.",
            "population": "For example: adults living in Estonia.",
            "reminds_moderators": "",
        }
        widgets: ClassVar = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "use_of_results": forms.Textarea(attrs={"rows": 3}),
        }


class SeedForm(forms.Form):
    """The organizers' own statements."""

    texts = forms.CharField(
        label="Statements",
        help_text="One per line. They are accepted at once.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    is_metadata = forms.BooleanField(
        label="These ask about the participant and form no groups",
        required=False,
    )


class StatusForm(forms.Form):
    status = forms.ChoiceField(choices=[("open", "Open"), ("closed", "Closed")])
