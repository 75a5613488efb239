"""Queued work of the participants' side: sending invitations, forgetting what is no longer needed."""

from django.utils import timezone
from procrastinate.contrib.django import app

from voting.invitations import send_waiting
from voting.models import Conversation, DailySalt, RateCount


@app.task(queue="mail", queueing_lock="send_invitations")
def send_invitations(conversation_id: int) -> int:
    """Send the invitations that wait; running twice sends nothing twice."""
    return send_waiting(conversation=Conversation.objects.get(pk=conversation_id))


@app.periodic(cron="*/10 * * * *")
@app.task(queue="site", queueing_lock="forget_networks", pass_context=False)
def forget_networks(timestamp: int) -> int:
    """Delete counts whose window is over, and the salts of earlier days: their hashes cannot be undone."""
    DailySalt.objects.filter(day__lt=timezone.now().date()).delete()
    return RateCount.objects.filter(ends_at__lt=timezone.now()).delete()[0]
