"""Finished analyses in the admin: to be read, never edited."""

from django.contrib import admin

from analysis.models import Analysis, OpinionGroup, StatementResult


def refuse(*_: object, **__: object) -> bool:
    return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; the database would refuse changes anyway."""

    has_add_permission = has_change_permission = has_delete_permission = refuse


@admin.register(Analysis)
class AnalysisAdmin(ReadOnlyAdmin):
    list_display = ("conversation", "number", "n_participants", "n_votes", "k", "created_at")
    list_filter = ("conversation",)
    list_select_related = ("conversation",)


@admin.register(OpinionGroup)
class OpinionGroupAdmin(ReadOnlyAdmin):
    list_display = ("analysis", "letter", "size")


@admin.register(StatementResult)
class StatementResultAdmin(ReadOnlyAdmin):
    list_display = ("statement", "analysis", "gac_level", "weakest_agreement")
    list_select_related = ("statement", "analysis")
    search_fields = ("text",)
