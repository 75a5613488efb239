"""What a researcher fills in: a model variant, a run of a task."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser, User

from constitution.models import Constitution
from evaluation.access import readable_constitutions, readable_conversations
from evaluation.models import ModelVariant
from evaluation.tasks import TASKS, own_statements
from training.providers import ModelUnavailable, check_base_url, check_name, is_local
from voting.models import Conversation


class ConstitutionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Constitution) -> str:
        return f"{obj.title}, version {obj.version}"


class VariantForm(forms.ModelForm):
    """A model that can answer. Where it is served, or which folder it is, only staff may say."""

    constitution = ConstitutionField(
        queryset=Constitution.objects.none(),
        required=False,
        empty_label="None: the model as it is",
        help_text="It becomes the system prompt.",
    )

    class Meta:
        model = ModelVariant
        fields = ("name", "slug", "model", "base_url", "constitution", "notes")
        labels = {"slug": "Short name", "base_url": "Address of its server"}
        help_texts = {
            "slug": "Letters, digits and hyphens, as it stands in addresses and commands.",
            "model": "anthropic/…, openai/…, openai-api/<service>/…, hf/<folder> or rehearsal/demonstration.",
            "base_url": "Optional; only where it is not the provider’s own.",
            "notes": "Optional.",
        }
        widgets = {"notes": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, user: User | AnonymousUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field = self.fields["constitution"]
        assert isinstance(field, ConstitutionField)
        field.queryset = readable_constitutions(user)
        if not user.is_staff:
            del self.fields["base_url"]

    def clean_model(self) -> str:
        model = refused_as_error(check_name, self.cleaned_data["model"])
        if is_local(model) and not self.user.is_staff:
            raise forms.ValidationError("Only staff may name a folder of this server.")
        return model

    def clean_base_url(self) -> str:
        return refused_as_error(check_base_url, self.cleaned_data["base_url"])


def refused_as_error(check: Any, value: str) -> str:
    """Say at the field what the providers' check refuses."""
    try:
        check(value)
    except ModelUnavailable as error:
        raise forms.ValidationError(str(error)) from error
    return value


class RunForm(forms.Form):
    """Which task a variant answers, and how much of it."""

    task = forms.ChoiceField(choices=[(name, task.title) for name, task in TASKS.items()])
    conversation = forms.ModelChoiceField(
        queryset=Conversation.objects.none(),
        required=False,
        empty_label="The one behind the constitution",
        help_text="Whose statements are asked; only for that task.",
    )
    limit = forms.IntegerField(
        label="Most questions",
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text="Optional. Without it, all; with it, a part drawn by the seed.",
    )
    seed = forms.IntegerField(initial=0, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, user: User | AnonymousUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["conversation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = readable_conversations(user)

    def clean(self) -> dict[str, Any]:
        """Other tasks have questions of their own."""
        given = super().clean() or {}
        if given.get("task") != own_statements.TASK.name:
            given["conversation"] = None
        return given
