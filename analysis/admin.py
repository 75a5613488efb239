"""Finished analyses in the admin: to be read, never edited."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from analysis.models import Analysis, OpinionGroup, StatementResult
from voting.read_only import ReadOnlyAdmin

LARGE = ("parameters", "silhouette_by_k", "representative", "majority", "uncertain", "uncertainty")


@admin.register(Analysis)
class AnalysisAdmin(ReadOnlyAdmin):
    list_display = ("conversation", "number", "n_participants", "n_votes", "k", "created_at")
    search_fields = ("=conversation__slug",)
    list_select_related = ("conversation",)


@admin.register(OpinionGroup)
class OpinionGroupAdmin(ReadOnlyAdmin):
    list_display = ("analysis", "letter", "size")


@admin.register(StatementResult)
class StatementResultAdmin(ReadOnlyAdmin):
    list_display = ("statement", "analysis", "gac_level", "weakest_agreement")
    list_select_related = ("statement", "analysis")
    search_fields = ("text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatementResult]:
        """Without what is large in an analysis: each row would bring all of it along."""
        return super().get_queryset(request).defer(*(f"analysis__{name}" for name in LARGE))
