"""Finished analyses in the admin: to be read, never edited."""

from typing import ClassVar

from django.contrib import admin

from analysis.models import Analysis, OpinionGroup, StatementResult


def refuse(*_: object, **__: object) -> bool:
    return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; the database would refuse changes anyway."""

    has_add_permission = has_change_permission = has_delete_permission = refuse


@admin.register(Analysis)
class AnalysisAdmin(ReadOnlyAdmin):
    list_display: ClassVar = ["conversation", "number", "n_participants", "n_votes", "k", "created_at"]
    list_filter: ClassVar = ["conversation"]
    list_select_related: ClassVar = ["conversation"]


@admin.register(OpinionGroup)
class OpinionGroupAdmin(ReadOnlyAdmin):
    list_display: ClassVar = ["analysis", "letter", "size"]


@admin.register(StatementResult)
class StatementResultAdmin(ReadOnlyAdmin):
    list_display: ClassVar = ["statement", "analysis", "gac_level", "weakest_agreement"]
    list_select_related: ClassVar = ["statement", "analysis"]
    search_fields: ClassVar = ["text"]
