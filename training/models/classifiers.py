"""Classifiers made from a constitution's examples."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from training.models.runs import GenerationRun


class ContentClassifier(models.Model):
    """What tells permitted from restricted texts, by the examples of one run; its weights are a file."""

    class Reads(models.TextChoices):
        QUERY = "query", "Messages"
        EXCHANGE = "exchange", "Messages with their answers"

    run = models.ForeignKey(GenerationRun, on_delete=models.PROTECT, related_name="classifiers")
    reads = models.CharField(max_length=10, choices=Reads.choices, default=Reads.QUERY)
    benign_refusal_rate = models.FloatField(
        help_text="The share of permitted texts that may be refused; it sets the threshold."
    )
    threshold = models.FloatField()
    figures = models.JSONField(help_text="How it does on examples it has not seen.")
    weights = models.CharField(max_length=200, help_text="File under var/classifiers/.")
    weights_sha256 = models.CharField(max_length=64)
    code_version = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "reads", "benign_refusal_rate"], name="classifier_once_per_setting"
            ),
            models.CheckConstraint(
                condition=Q(benign_refusal_rate__gt=0, benign_refusal_rate__lt=1),
                name="classifier_rate_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reads_display()}, {self.run.constitution_id}"
