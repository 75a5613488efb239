"""What a researcher fills in to talk to a variant."""

from django import forms

from training.models import ContentClassifier


class GateField(forms.ModelChoiceField):
    def label_from_instance(self, obj: ContentClassifier) -> str:
        constitution = obj.run.constitution
        return f"{constitution.title}, version {constitution.version}, made {obj.created_at:%d %b %Y %H:%M}"


class ChatForm(forms.Form):
    """Which classifiers stand before and behind the variant."""

    message_gate = GateField(
        label="Gate on messages",
        queryset=ContentClassifier.objects.none(),
        required=False,
        empty_label="None",
        help_text="What it refuses does not reach the model.",
    )
    answer_gate = GateField(
        label="Gate on answers",
        queryset=ContentClassifier.objects.none(),
        required=False,
        empty_label="None",
        help_text="It reads a message with its answer, and holds the answer back if it must.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        made = ContentClassifier.objects.select_related("run__constitution")
        for name, reads in (("message_gate", "query"), ("answer_gate", "exchange")):
            field = self.fields[name]
            assert isinstance(field, GateField)
            field.queryset = made.filter(reads=reads)


class MessageForm(forms.Form):
    message = forms.CharField(
        label="Your message", max_length=8_000, widget=forms.Textarea(attrs={"rows": 3})
    )
