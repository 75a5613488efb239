"""What researchers send to a prompt set, and what they ask for."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from constitution.models import Constitution
from training import budget_fields
from training.budget import Budget, check_budget
from training.models import PromptSet
from training.prompt_sets.formats import read_file
from training.prompt_sets.services import KNOWN_TAGS
from training.prompts import Prompt, PromptError
from training.providers import ModelUnavailable, check_model
from training.run_access import Reader, may_run, usable_constitutions
from voting.models import Conversation

MAX_BYTES = 50_000_000
ASKING = ("model", "at_least", "token_budget", "money_budget")


class ImportForm(forms.Form):
    """A file of prompts, and the set they go to."""

    slug = forms.SlugField(label="Set", max_length=80, help_text="A new name, or that of a set to add to.")
    file = forms.FileField(
        label="File", help_text="JSON Lines (also hh-rlhf dialogues), CSV or plain text, a prompt a line."
    )
    tags = forms.MultipleChoiceField(
        label="Each of them is",
        choices=[(tag, tag) for tag in KNOWN_TAGS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    source = forms.CharField(label="Where they come from", max_length=500, required=False)
    license = forms.CharField(label="Licence", max_length=100, required=False)

    def clean_file(self) -> UploadedFile:
        sent: UploadedFile = self.cleaned_data["file"]
        if (sent.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                f"The file has {sent.size:,} bytes; at most {MAX_BYTES:,} are taken here. "
                "Use the command import_prompts."
            )
        return sent

    def prompts(self) -> list[Prompt]:
        """The prompts of the file, read as any other file; errors call it by its own name."""
        sent = self.cleaned_data["file"]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sent{Path(sent.name).suffix}"
            with path.open("wb") as file:
                file.writelines(sent.chunks())
            try:
                return list(read_file(path, tags=self.cleaned_data["tags"]))
            except PromptError as error:
                raise PromptError(str(error).replace(str(path), str(sent.name))) from error


class CoverageForm(forms.Form):
    """Which set and which constitution the matrix sets against each other."""

    prompt_set = forms.ModelChoiceField(
        label="Prompts", queryset=PromptSet.objects.all(), required=False, empty_label="of all sets"
    )
    at_least = forms.IntegerField(label="Enough is", initial=5, min_value=1, max_value=1000, required=False)


class FindForm(forms.Form):
    """How to find which principles prompts exercise, or to have prompts written.

    Models are asked about adopted constitutions only: for a draft the likeness of words decides.
    """

    prompt_set = forms.ModelChoiceField(
        label="Prompt set", queryset=PromptSet.objects.all(), empty_label=None
    )
    model = forms.CharField(
        label="Model",
        max_length=200,
        required=False,
        help_text="To find them: leave it empty, and the likeness of words decides. To write: name one.",
    )
    at_least = forms.IntegerField(label="Prompts for each principle", initial=5, min_value=1, max_value=1000)
    token_budget = budget_fields.token_budget()
    money_budget = budget_fields.money_budget()

    def __init__(self, *args: Any, user: Reader, is_draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if is_draft:
            for name in ASKING:
                del self.fields[name]

    def clean_model(self) -> str:
        model: str = self.cleaned_data["model"].strip()
        if not model:
            return ""
        try:
            check_model(model)
        except ModelUnavailable as error:
            raise forms.ValidationError(str(error)) from error
        if not may_run(self.user, model):
            raise forms.ValidationError("Only staff may ask a model that costs money.")
        return model

    def clean(self) -> dict[str, Any]:
        """A budget must be one that can be kept."""
        cleaned = super().clean() or {}
        if cleaned.get("model") and not self.errors:
            try:
                check_budget(self.budget(), cleaned["model"])
            except ValueError as error:
                self.add_error("money_budget", str(error))
        return cleaned

    def budget(self) -> Budget:
        return Budget(tokens=self.cleaned_data["token_budget"], dollars=self.cleaned_data["money_budget"])


def readable_constitution(user: Reader, slug: str, version: int) -> Constitution | None:
    """An adopted constitution that the user may read, or a draft of a conversation they run."""
    own = Conversation.objects.facilitated_by(user).values("pk")
    drafts = Constitution.objects.filter(status=Constitution.Status.DRAFT, conversation__in=own)
    for found in (usable_constitutions(user), drafts.select_related("conversation")):
        constitution = found.filter(conversation__slug=slug, version=version).first()
        if constitution is not None:
            return constitution
    return None
