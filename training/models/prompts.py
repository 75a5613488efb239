"""Prompts kept for many runs, and which principle each of them exercises."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from constitution.models import Constitution, Principle
from training.models.runs import GenerationRun


class PromptSet(models.Model):
    """Prompts of one source or purpose; runs take them from here, whole or by tag."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    source = models.TextField(blank=True, help_text="Where the prompts come from.")
    license = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.name


class SetPrompt(models.Model):
    """One prompt of a set. Whether it is held out follows from its text, so it is so in every set."""

    prompt_set = models.ForeignKey(PromptSet, on_delete=models.CASCADE, related_name="prompts")
    digest = models.CharField(max_length=16, help_text="Of the text; the same prompt everywhere.")
    likeness = models.CharField(max_length=16, help_text="Digest of the text without case, space and signs.")
    text = models.TextField()
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    source_id = models.CharField(max_length=200, blank=True)
    is_held_out = models.BooleanField(default=False)
    run = models.ForeignKey(
        GenerationRun, on_delete=models.PROTECT, null=True, blank=True, related_name="prompts_written"
    )

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prompt_set", "likeness"], name="prompt_once_per_set"),
            models.CheckConstraint(condition=~Q(text=""), name="prompt_has_text"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Exercise(models.Model):
    """A prompt puts a principle to the test, as somebody or something found; a person may check it."""

    class FoundBy(models.TextChoices):
        GENERATION = "generation", "It was written for the principle"
        MODEL = "model", "A model said so"
        SIMILARITY = "similarity", "Their words are alike"

    prompt = models.ForeignKey(SetPrompt, on_delete=models.CASCADE, related_name="exercises")
    principle = models.ForeignKey(Principle, on_delete=models.CASCADE, related_name="exercises")
    constitution = models.ForeignKey(Constitution, on_delete=models.CASCADE, related_name="exercises")
    found_by = models.CharField(max_length=12, choices=FoundBy.choices)
    score = models.FloatField(null=True, blank=True, help_text="Likeness of the words, where that found it.")
    is_right = models.BooleanField(null=True, blank=True, help_text="What a person said who checked it.")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prompt", "principle"], name="exercise_once"),
            models.CheckConstraint(
                condition=Q(found_by__in=["generation", "model", "similarity"]), name="exercise_finder_known"
            ),
        ]

    def __str__(self) -> str:
        return f"prompt {self.prompt_id}, principle {self.principle_id}"
