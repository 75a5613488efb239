"""What a researcher fills in to start a run."""

import json
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from constitution.models import Constitution
from training import budget_fields
from training.budget import Budget
from training.models import GenerationRun, PromptSet
from training.pipelines import pipeline_of
from training.prompt_sets.services import KNOWN_TAGS, PromptSetRefused, describe_set, prompts_of
from training.prompts import DEMONSTRATION, Prompt, PromptError, read_prompts
from training.providers import ModelUnavailable, check_base_url, check_model, check_name
from training.run_access import Reader, may_run, usable_constitutions
from training.services import MAX_TOKENS

KINDS = [GenerationRun.Kind.REVISION, GenerationRun.Kind.PREFERENCE]
EXAMPLES = {"revision": '{"rounds": 4}', "preference": '{"answers": 2, "principles": 1}'}


class ConstitutionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Constitution) -> str:
        return f"{obj.title}, version {obj.version}"


class RunForm(forms.Form):
    """A run before it begins. Where a model is served only staff may say: the site's key goes there."""

    kind = forms.ChoiceField(label="What is made", choices=[(kind.value, kind.label) for kind in KINDS])
    constitution = ConstitutionField(queryset=Constitution.objects.none(), empty_label=None)
    prompts = forms.FileField(
        label="Prompts",
        required=False,
        help_text='JSON Lines of {"prompt": "…"}. Without a file: the 40 of the demonstration.',
    )
    prompt_set = forms.ModelChoiceField(
        PromptSet.objects.all(),
        required=False,
        empty_label="None: the file, or the demonstration’s prompts",
        help_text="Those of its prompts that are not held out.",
    )
    tags = forms.MultipleChoiceField(
        label="Of the set, only those tagged",
        choices=[(tag, tag) for tag in KNOWN_TAGS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all of them.",
    )
    limit = forms.IntegerField(label="At most so many prompts", required=False, min_value=1)
    model = forms.CharField(
        label="Model",
        max_length=200,
        initial="rehearsal/demonstration",
        help_text="anthropic/…, openai/…, openai-api/<service>/… or rehearsal/demonstration.",
    )
    base_url = forms.CharField(
        label="Address of its server",
        max_length=300,
        required=False,
        help_text="Optional; only where it is not the provider’s own.",
    )
    options = forms.CharField(
        label="Options",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="JSON, for instance " + " or ".join(EXAMPLES.values()) + ". Empty: as usual.",
    )
    seed = forms.IntegerField(label="Seed", initial=0, min_value=0, max_value=2**31 - 1)
    max_tokens = forms.IntegerField(
        label="Longest answer, in tokens", initial=MAX_TOKENS, min_value=1, max_value=100_000
    )
    token_budget = budget_fields.token_budget()
    money_budget = budget_fields.money_budget()
    max_connections = forms.IntegerField(
        label="Calls at once", initial=20, min_value=1, max_value=1000, help_text="For each worker."
    )
    uses_batches = forms.BooleanField(
        label="In batches, at half the price (Anthropic’s models; answers within hours)", required=False
    )

    def __init__(self, *args: Any, user: Reader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field = self.fields["constitution"]
        assert isinstance(field, ConstitutionField)
        field.queryset = usable_constitutions(user)
        if not user.is_staff:
            del self.fields["base_url"]

    def clean_model(self) -> str:
        model: str = self.cleaned_data["model"].strip()
        refuse(check_name, model)
        if not may_run(self.user, model):
            raise forms.ValidationError(
                "Only staff may start runs of a model that costs money; rehearsal/demonstration is free."
            )
        return model

    def clean_base_url(self) -> str:
        base_url: str = self.cleaned_data["base_url"].strip()
        refuse(check_base_url, base_url)
        return base_url

    def clean_options(self) -> dict[str, Any]:
        text = self.cleaned_data["options"].strip()
        try:
            options = json.loads(text or "{}")
        except json.JSONDecodeError as error:
            raise forms.ValidationError(f"This is not JSON: {error.msg} at column {error.colno}.") from error
        if not isinstance(options, dict):
            raise forms.ValidationError("Write an object, such as " + EXAMPLES["revision"] + ".")
        if not may_run(self.user, "rehearsal/", options):
            raise forms.ValidationError(
                "Only staff may name judges or other models that cost money, or say where they are served."
            )
        if options.get("answers_of"):
            raise forms.ValidationError(
                "Answers of an earlier run are judged by the command generate_preferences --answers-of."
            )
        return options

    def clean_prompts(self) -> list[Prompt]:
        """Read the file that was sent, or the demonstration's own."""
        sent = self.cleaned_data["prompts"]
        try:
            return list(read_sent(sent) if sent else read_prompts(DEMONSTRATION).prompts)
        except PromptError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Check what depends on several fields: the kind's options, the key of the model."""
        cleaned = super().clean() or {}
        if {"kind", "options", "constitution"} <= cleaned.keys():
            self.check_options(cleaned)
        if cleaned.get("prompt_set") and not self.errors:
            self.take_from_set(cleaned)
        elif cleaned.get("tags") and not self.errors:
            self.add_error("tags", "Tags choose among the prompts of a set: choose one.")
        if "model" in cleaned and not self.errors:
            try:
                check_model(cleaned["model"], base_url=cleaned.get("base_url", ""))
            except ModelUnavailable as error:
                self.add_error("model", str(error))
        return cleaned

    def take_from_set(self, cleaned: dict[str, Any]) -> None:
        """A set's prompts take the place of the demonstration's; a file and a set together are too many."""
        if self.files.get("prompts"):
            self.add_error("prompt_set", "Choose a file or a set of prompts, not both.")
            return
        try:
            cleaned["prompts"] = prompts_of(cleaned["prompt_set"], tags=cleaned["tags"])
        except PromptSetRefused as error:
            self.add_error("prompt_set", str(error))

    def check_options(self, cleaned: dict[str, Any]) -> None:
        pipeline = pipeline_of(cleaned["kind"])
        try:
            pipeline.make_recipe(cleaned["constitution"], pipeline.complete(cleaned["options"]))
        except (ValueError, TypeError, ModelUnavailable) as error:
            self.add_error("options", str(error))

    def shaping(self) -> dict[str, Any]:
        """What shapes the run's answers, as `make_plan` and `start_run` take it."""
        told = self.cleaned_data
        return {
            **{name: told[name] for name in ("constitution", "kind", "model", "options", "seed")},
            "prompts": told["prompts"][: told["limit"]],
            "base_url": told.get("base_url", ""),
            "sampling": {"max_tokens": told["max_tokens"]},
        }

    def pace(self) -> dict[str, Any]:
        """What shapes no answer."""
        return {name: self.cleaned_data[name] for name in ("max_connections", "uses_batches")}

    def prompts_from(self) -> str:
        """Where the prompts come from, in words."""
        if self.cleaned_data["prompt_set"]:
            return describe_set(self.cleaned_data["prompt_set"], self.cleaned_data["tags"])
        sent = self.files.get("prompts")
        return f"the file {sent.name}" if sent else "the demonstration of this platform"

    def budget(self) -> Budget:
        return Budget(tokens=self.cleaned_data["token_budget"], dollars=self.cleaned_data["money_budget"])


def refuse(check: Any, value: str) -> None:
    """Say at the field what the providers' check refuses."""
    try:
        check(value)
    except ModelUnavailable as error:
        raise forms.ValidationError(str(error)) from error


def read_sent(sent: UploadedFile) -> tuple[Prompt, ...]:
    """The prompts of a file that was sent, read as any other file; errors call it by its own name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prompts.jsonl"
        with path.open("wb") as file:
            file.writelines(sent.chunks())
        try:
            return read_prompts(path).prompts
        except PromptError as error:
            raise PromptError(str(error).replace(str(path), str(sent.name))) from error
