from django.contrib import admin
from django.http import HttpRequest

from voting.models import Conversation, Decision, Participant, Statement, Vote
from voting.read_only import ReadOnlyAdmin


@admin.register(Conversation)
class ConversationAdmin(admin.ModelAdmin):
    list_display = ["title", "slug", "status", "owner", "population", "created_at"]
    list_filter = ["status", "is_strictly_moderated"]
    search_fields = ["title", "slug"]
    raw_id_fields = ["owner"]
    # A text to agree to is published on the facilitator's page, where its versions are kept.
    readonly_fields = [
        "consent",
        "source",
        "import_sha256",
        "last_participant_number",
        "last_statement_number",
        "created_at",
    ]


@admin.register(Statement)
class StatementAdmin(admin.ModelAdmin):
    list_display = ["number", "text", "conversation", "status", "is_seed", "is_metadata"]
    list_display_links = ["text"]
    list_filter = ["status", "is_seed", "is_metadata"]
    list_select_related = ["conversation"]
    # A filter would list every conversation there is.
    search_fields = ["text", "=conversation__slug"]
    # What is decided on a statement is decided on the pages, where the log is kept.
    readonly_fields = [
        "conversation",
        "number",
        "text",
        "language",
        "status",
        "rejection_reason",
        "merged_into",
        "split_from",
        "author",
        "priority",
        "created_at",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["action", "statement", "target", "moderator", "conversation", "made_at"]
    list_filter = ["action"]
    search_fields = ["=conversation__slug", "=statement__number"]
    list_select_related = ["statement", "target", "moderator", "conversation"]


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    list_display = ["number", "conversation", "published_group", "created_at"]
    search_fields = ["=conversation__slug", "=number"]
    list_select_related = ["conversation"]
    exclude = ["key"]


@admin.register(Vote)
class VoteAdmin(ReadOnlyAdmin):
    list_display = ["participant", "statement", "choice", "conversation", "cast_at"]
    list_filter = ["choice"]
    search_fields = ["=conversation__slug"]
    list_select_related = ["participant", "statement", "conversation"]
    show_full_result_count = False
