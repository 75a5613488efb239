"""What people say of a sample of pairs, what was calibrated from it, and a run's figures of agreement."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from training.models.runs import GenerationRun


class LabelSheet(models.Model):
    """The sample of a run's pairs that people label; drawn once, the same for everybody."""

    run = models.OneToOneField(GenerationRun, on_delete=models.PROTECT, related_name="label_sheet")
    seed = models.IntegerField()
    n_core = models.IntegerField(help_text="The first items, which every person labels.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"Sample of {self.run}"


class LabelItem(models.Model):
    """One pair on a sheet, as it stood when drawn; the model's label is kept beside it and never shown."""

    sheet = models.ForeignKey(LabelSheet, on_delete=models.CASCADE, related_name="items")
    position = models.IntegerField()
    pair_id = models.CharField(max_length=24)
    prompt_id = models.CharField(max_length=64)
    prompt = models.TextField()
    first = models.TextField(help_text="The earlier of both answers.")
    second = models.TextField()
    principle_ids = models.JSONField(help_text="Positions of the principles it was judged under.")
    stratum = models.CharField(max_length=60, help_text="Principle and certainty, from which it was drawn.")
    label = models.FloatField(help_text="The model's probability that the earlier answer is better.")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "position"], name="label_item_position_unique"),
            models.UniqueConstraint(fields=["sheet", "pair_id"], name="label_item_once_per_sheet"),
            models.CheckConstraint(condition=Q(label__gte=0, label__lte=1), name="label_item_is_probability"),
        ]

    def __str__(self) -> str:
        return f"Item {self.position}"


class PairLabel(models.Model):
    """What one person says of one pair; saying it again replaces what was said before."""

    class Choice(models.TextChoices):
        FIRST = "first", "The earlier answer"
        SECOND = "second", "The later answer"
        SAME = "same", "About the same"
        UNSURE = "unsure", "Cannot say"

    item = models.ForeignKey(LabelItem, on_delete=models.CASCADE, related_name="labels")
    labeler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pair_labels"
    )
    choice = models.CharField(max_length=6, choices=Choice.choices)
    first_stood_left = models.BooleanField()
    labeled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["labeled_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "labeler"], name="pair_label_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_choice_display()} (item {self.item_id})"


class LabelCalibration(models.Model):
    """A curve that brings a run's labels nearer to people's, with its figures on other pairs."""

    class Method(models.TextChoices):
        TEMPERATURE = "temperature", "One slope"
        ISOTONIC = "isotonic", "Rising steps"

    run = models.ForeignKey(GenerationRun, on_delete=models.PROTECT, related_name="calibrations")
    method = models.CharField(max_length=12, choices=Method.choices)
    parameters = models.JSONField(help_text="The curve, as training.calibration.recalibrate takes it.")
    seed = models.IntegerField(help_text="Settles which prompts it was fitted on.")
    n_fitted = models.IntegerField(help_text="People's labels it was fitted on.")
    n_held_out = models.IntegerField(help_text="People's labels it was measured on.")
    figures = models.JSONField(help_text="Measured on the labels held out, before and after.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(n_fitted__gt=0, n_held_out__gt=0), name="label_calibration_has_both_parts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} fitted on {self.n_fitted} labels"


class PreferenceReport(models.Model):
    """A preference run's own figures: what its orders and judges agree on; people's labels come on top."""

    run = models.OneToOneField(GenerationRun, on_delete=models.CASCADE, related_name="preference_report")
    n_shards = models.IntegerField(help_text="Finished shards it was made from.")
    figures = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Agreement within {self.run}"
