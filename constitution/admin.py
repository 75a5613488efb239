"""Constitutions in the admin: to be read. Drafts are changed on the facilitator's pages, on record."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from constitution.models import Constitution, Principle, Rule
from voting.read_only import ReadOnlyAdmin


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    list_display = ["name", "min_level", "min_votes_per_group", "max_principles", "order"]


@admin.register(Constitution)
class ConstitutionAdmin(ReadOnlyAdmin):
    list_display = ["title", "conversation", "version", "status", "adopted_at", "sha256"]
    list_filter = ["status"]
    list_select_related = ["conversation"]
    # The whole constitution as JSON is a file of its own page.
    exclude = ["document"]


@admin.register(Principle)
class PrincipleAdmin(ReadOnlyAdmin):
    list_display = ["constitution", "position", "text", "framing", "needs_editing"]
    list_filter = ["framing", "needs_editing"]
    list_select_related = ["constitution"]
    search_fields = ["text"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Principle]:
        """Without the whole constitution beside each of its principles."""
        return super().get_queryset(request).defer("constitution__document")
