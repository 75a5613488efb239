"""Queued work of the participants' side: sending mail, forgetting what is no longer needed."""

from django.utils import timezone
from procrastinate.contrib.django import app

from voting.invitations import send_waiting
from voting.mailings import forget_unconfirmed, send_news, send_requests
from voting.models import Conversation, DailySalt, RateCount, SignInCode
from voting.reminders import remind_moderators
from voting.sign_in import send_codes


@app.task(queue="mail", queueing_lock="send_invitations")
def send_invitations(conversation_id: int) -> int:
    """Send the invitations that wait; running twice sends nothing twice."""
    return send_waiting(conversation=Conversation.objects.get(pk=conversation_id))


@app.task(queue="mail", queueing_lock="send_sign_in_codes")
def send_sign_in_codes(conversation_id: int) -> int:
    """Send the codes that wait; running twice sends nothing twice."""
    return send_codes(conversation=Conversation.objects.get(pk=conversation_id))


@app.task(queue="mail", queueing_lock="send_news_requests")
def send_news_requests(conversation_id: int) -> int:
    """Ask those who want news to confirm their address."""
    return send_requests(conversation=Conversation.objects.get(pk=conversation_id))


@app.periodic(cron="0 15 * * *")
@app.task(queue="mail", queueing_lock="send_all_news", pass_context=False)
def send_all_news(timestamp: int) -> int:
    """Once a day, write to those for whom there are new statements."""
    return sum(send_news(conversation=conversation) for conversation in Conversation.objects.open())


@app.periodic(cron="30 * * * *")
@app.task(queue="mail", queueing_lock="remind_all_moderators", pass_context=False)
def remind_all_moderators(timestamp: int) -> int:
    """Write to those whose statements wait for a day; to each at most once a day."""
    return remind_moderators()


@app.periodic(cron="*/10 * * * *")
@app.task(queue="site", queueing_lock="forget_networks", pass_context=False)
def forget_networks(timestamp: int) -> int:
    """Delete counts and codes that are over, addresses never confirmed, and the salts of earlier days."""
    SignInCode.objects.filter(ends_at__lt=timezone.now()).delete()
    forget_unconfirmed()
    DailySalt.objects.filter(day__lt=timezone.now().date()).delete()
    return RateCount.objects.filter(ends_at__lt=timezone.now()).delete()[0]
