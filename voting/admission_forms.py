"""What newcomers agree to and answer, and what facilitators ask of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.admission import DraftOption
from voting.models import Conversation, Option, Question
from voting.translations import conversation_words, mark

UNSAID = "unsaid"
# A beginning that says what most conversations have to say; facilitators change it before they publish it.
USUAL_CONSENT = """\
You are asked to vote on short statements, and you may write your own.
Your votes and statements are kept under a random number, without your name or your address on the internet.
They are grouped and published together with those of others, and they may be used to write rules for an \
AI model and to train it.
Taking part is voluntary. You may stop at any time, and download or delete what you gave. \
What has been published or trained before then cannot be called back."""


class ConsentForm(forms.Form):
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class AnswersForm(forms.Form):
    """One field per question of the conversation, each with “prefer not to say”."""

    def __init__(self, *args: Any, conversation: Conversation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(conversation.questions.filter(is_asked=True).prefetch_related("options"))
        for question in self.questions:
            self.fields[f"question-{question.pk}"] = forms.ChoiceField(
                label=mark(conversation_words(conversation, f"question-{question.pk}", question.text)),
                choices=[
                    *(
                        (
                            str(option.pk),
                            mark(conversation_words(conversation, f"option-{option.pk}", option.text)),
                        )
                        for option in question.options.all()
                    ),
                    (UNSAID, _("Prefer not to say")),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Please choose one, or “Prefer not to say”.")},
            )

    def chosen(self) -> dict[Question, Option | None]:
        """Each question with the option that was chosen; None is “prefer not to say”."""
        return {question: self._option(question) for question in self.questions}

    def _option(self, question: Question) -> Option | None:
        value = self.cleaned_data[f"question-{question.pk}"]
        return next((option for option in question.options.all() if str(option.pk) == value), None)


class ConsentTextForm(forms.Form):
    """What participants agree to before their first card."""

    text = forms.CharField(
        label="Consent text",
        help_text="Say what is kept, that an AI may be trained on it, and what withdrawing means. "
        "Every change is a new version, which everybody is asked to agree to before their next vote. "
        "Empty it to ask for no consent.",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )


class QuestionForm(forms.Form):
    """A question about the participant; “Prefer not to say” is always added."""

    text = forms.CharField(label="Question", max_length=200, help_text="For example: How old are you?")
    options = forms.CharField(
        label="Answers",
        help_text="One per line. “Prefer not to say” is always added.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    excluding = forms.CharField(
        label="Answers of people this conversation is not for",
        help_text="One per line; for example “Under 16”. Whoever chooses one cannot take part. "
        "Leave this empty to let everybody in.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    admits_silence = forms.BooleanField(
        label="“Prefer not to say” may take part all the same", required=False, initial=True
    )

    def draft_options(self) -> list[DraftOption]:
        admitted = [DraftOption(text) for text in _lines(self.cleaned_data["options"])]
        return admitted + [DraftOption(text, admits=False) for text in _lines(self.cleaned_data["excluding"])]

    def is_screening(self) -> bool:
        return bool(_lines(self.cleaned_data["excluding"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        lines = _lines(cleaned.get("options", "")) + _lines(cleaned.get("excluding", ""))
        if any(len(line) > 200 for line in lines):
            raise forms.ValidationError("Please keep each answer to 200 characters.")
        return cleaned


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]
