"""Talking to a variant: what is said is kept at once, and a job has the variant answer."""

import asyncio
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction
from tenacity import RetryError

from constitution.export import export_constitution
from evaluation.models import ModelVariant, TrialChat, TrialTurn
from training.classifiers.examples import exchange
from training.classifiers.services import assess
from training.classifiers.storage import WeightsMissing
from training.models import ContentClassifier
from training.providers import ModelUnavailable, check_model, get_model
from training.shards import one_at_a_time

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessage, ModelOutput

MAX_TOKENS = 1024
MAX_TURNS = 40
RETRIES = 3
SECONDS_TO_WAIT = 5
Status = TrialTurn.Status


class ChatRefused(Exception):
    """Nothing can be said here now; the message says why."""


class WorkerBusy(Exception):
    """This process carries out an evaluation; Inspect does one thing at a time."""


def begin_chat(
    *,
    variant: ModelVariant,
    owner: User,
    message_gate: ContentClassifier | None = None,
    answer_gate: ContentClassifier | None = None,
) -> TrialChat:
    """Open a chat; the variant must be reachable as named."""
    check_model(variant.model, base_url=variant.base_url)
    return TrialChat.objects.create(
        variant=variant, owner=owner, message_gate=message_gate, answer_gate=answer_gate
    )


def say(*, chat: TrialChat, message: str) -> TrialTurn:
    """Keep what the person says, to be answered; one message at a time."""
    with transaction.atomic():
        TrialChat.objects.select_for_update().get(pk=chat.pk)
        last = chat.turns.last()
        if last is not None and last.status == Status.WAITING:
            raise ChatRefused("Your last message is not answered yet. Wait for it, then go on.")
        number = last.number + 1 if last else 1
        if number > MAX_TURNS:
            raise ChatRefused(f"A trial chat has at most {MAX_TURNS} turns. Begin a new one.")
        return TrialTurn.objects.create(chat=chat, number=number, message=message)


def ask_again(*, chat: TrialChat) -> TrialTurn:
    """Let a turn that failed wait for its answer once more."""
    turn = chat.turns.last()
    waits = Status.WAITING
    if turn is None or not TrialTurn.objects.filter(pk=turn.pk, status=Status.FAILED).update(status=waits):
        raise ChatRefused("There is nothing to ask again.")
    turn.refresh_from_db()
    return turn


def answer_turn(turn: TrialTurn) -> None:
    """Answer a waiting turn: the message through its gate, the model, the answer through its gate.

    Raises WorkerBusy where Inspect is at work in this process; whatever else goes wrong stands in the turn.
    """
    if turn.status != Status.WAITING:
        return
    try:
        outcome = find_answer(turn)
    except (ModelUnavailable, WeightsMissing, OSError, RuntimeError, ValueError) as error:
        outcome = {"status": Status.FAILED, "error": str(error)[:500] or type(error).__name__}
    TrialTurn.objects.filter(pk=turn.pk, status=Status.WAITING).update(**outcome)


def find_answer(turn: TrialTurn) -> dict[str, Any]:
    """The fields of an answered turn."""
    chat = turn.chat
    scores: dict[str, Any] = {}
    if chat.message_gate and is_refused(chat.message_gate, turn.message, "message", scores):
        return {"status": Status.MESSAGE_REFUSED, "gate_scores": scores, "error": ""}
    output = ask(chat, messages_before(turn))
    use = output.usage
    told = {"input": use.input_tokens, "output": use.output_tokens} if use else {}
    answer = output.completion.strip()
    found: dict[str, Any] = {"answer": answer, "token_use": told, "gate_scores": scores, "error": ""}
    both = exchange(turn.message, answer)
    if chat.answer_gate and is_refused(chat.answer_gate, both, "answer", scores):
        return found | {"status": Status.ANSWER_REFUSED}
    if not answer:
        return found | {"status": Status.FAILED, "error": f"The model said nothing ({output.stop_reason})."}
    return found | {"status": Status.ANSWERED}


def is_refused(gate: ContentClassifier, text: str, name: str, scores: dict[str, Any]) -> bool:
    """Whether the gate refuses a text; what it gave is noted."""
    probability, refused = assess(gate, text)
    scores[name] = {"probability": round(probability, 4), "threshold": gate.threshold}
    return refused


def messages_before(turn: TrialTurn) -> list["ChatMessage"]:
    """All that the variant is shown: its constitution, the answered turns, and the new message."""
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

    constitution = turn.chat.variant.constitution
    messages: list[ChatMessage] = []
    if constitution:
        messages.append(ChatMessageSystem(content=export_constitution(constitution, "prompt")))
    for earlier in turn.chat.turns.filter(number__lt=turn.number, status=Status.ANSWERED):
        messages.append(ChatMessageUser(content=earlier.message))
        messages.append(ChatMessageAssistant(content=earlier.answer))
    return [*messages, ChatMessageUser(content=turn.message)]


def ask(chat: TrialChat, messages: list["ChatMessage"]) -> "ModelOutput":
    """Ask the variant's model: a paid call."""
    if not one_at_a_time.acquire(timeout=SECONDS_TO_WAIT):
        raise WorkerBusy
    try:
        variant = chat.variant
        model = get_model(
            variant.model, base_url=variant.base_url, retries=RETRIES, max_tokens=MAX_TOKENS, memoize=False
        )
        return asyncio.run(model.generate(messages))
    except RetryError as error:
        raise ModelUnavailable(reason_of(error)) from error
    finally:
        one_at_a_time.release()


def reason_of(error: RetryError) -> str:
    """What failed last, not that tries ran out."""
    cause = error.last_attempt.exception()
    return f"{type(cause).__name__}: {cause}"
