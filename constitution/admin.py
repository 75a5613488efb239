"""Constitutions in the admin: to be read. Drafts are changed on the facilitator's pages, on record."""

from django.contrib import admin
from django.http import HttpRequest

from constitution.models import Constitution, Principle, Rule


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows and changes none; the database would refuse most changes anyway."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    list_display = ["name", "min_level", "min_votes_per_group", "max_principles", "order"]


@admin.register(Constitution)
class ConstitutionAdmin(ReadOnlyAdmin):
    list_display = ["title", "conversation", "version", "status", "adopted_at", "sha256"]
    list_filter = ["status"]
    list_select_related = ["conversation"]


@admin.register(Principle)
class PrincipleAdmin(ReadOnlyAdmin):
    list_display = ["constitution", "position", "text", "framing", "needs_editing"]
    list_filter = ["framing", "needs_editing"]
    list_select_related = ["constitution"]
    search_fields = ["text"]
