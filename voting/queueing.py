"""Queue a conversation's job once: while one waits, another would do nothing more."""

from typing import Any

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from voting.models import Conversation


def queue_once(job: Any, conversation: Conversation) -> None:
    """Queue the job for the conversation, unless the same one waits already and will do this too."""
    lock = f"{job.name}:{conversation.pk}"
    try:
        with transaction.atomic():
            job.configure(queueing_lock=lock).defer(conversation_id=conversation.pk)
    except AlreadyEnqueued:
        return
