"""Variants, runs and scores to look at; nothing here can be changed by hand."""

from django.contrib import admin

from evaluation.models import EvaluationRun, ModelVariant, Score
from voting.read_only import ReadOnlyAdmin


@admin.register(ModelVariant)
class ModelVariantAdmin(ReadOnlyAdmin):
    list_display = ("slug", "name", "model", "constitution")


@admin.register(EvaluationRun)
class EvaluationRunAdmin(ReadOnlyAdmin):
    list_display = ("pk", "variant", "task", "status", "n_samples", "n_missing", "is_rehearsal")
    list_filter = ("task", "status")
    list_select_related = ("variant",)


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    list_display = ("run", "sample_id", "answer", "value")
    list_select_related = ("run",)
