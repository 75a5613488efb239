"""A model of prepared answers, so that the whole chain can be shown and tested without a key.

It is an ordinary Inspect provider. What it says follows from the conversation alone (and the seed), it always
reports token use, and everything made with it is marked as rehearsal. Imports Inspect: load inside functions.
"""

import asyncio
import hashlib
import math
import re
import zlib
from functools import cache
from pathlib import Path

from inspect_ai.model import ChatMessage, GenerateConfig, ModelAPI, ModelOutput, ModelUsage, modelapi
from inspect_ai.tool import ToolChoice, ToolInfo

from training.rehearsed_examples import (
    are_numbers_asked,
    is_list_asked,
    is_rewording,
    name_principle,
    reword,
    side_asked,
    write_example,
    write_messages,
)

ANSWERS = Path(__file__).parent / "demonstration"
RESPONSE = re.compile(r"^\([AB]\) <response>\n(.*?)\n</response>$", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"^\s*\(?([A-H])[).:]\s+\S", re.MULTILINE)
VOTE_WORDS = ("agree", "disagree", "pass")


class RehearsalAPI(ModelAPI):
    """Replies from prepared texts; the same conversation always gets the same reply."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
        latency: float = 0.0,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config or GenerateConfig())
        self.latency = latency

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],  # noqa: ARG002  (Inspect calls by these names)
        tool_choice: ToolChoice,  # noqa: ARG002
        config: GenerateConfig,
    ) -> ModelOutput:
        await asyncio.sleep(self.latency)
        conversation: list[tuple[str, str]] = [(message.role, message.text) for message in input]
        text = prepared_reply(conversation, f"{self.model_name}:{config.seed}")
        return rehearsal_output(f"rehearsal/{self.model_name}", conversation, text)

    def max_connections(self) -> int:
        return 100


@modelapi(name="rehearsal")
def rehearsal() -> type[ModelAPI]:
    """Make `rehearsal/<name>` known to Inspect."""
    return RehearsalAPI


def rehearsal_output(model: str, conversation: list[tuple[str, str]], text: str) -> ModelOutput:
    """An answer as a provider would send it, with its token use (about four letters a token)."""
    output = ModelOutput.from_content(model, text)
    asked = sum(len(said) for _, said in conversation) // 4 + 1
    answered = len(text) // 4 + 1
    output.usage = ModelUsage(input_tokens=asked, output_tokens=answered, total_tokens=asked + answered)
    return output


def prepared_reply(conversation: list[tuple[str, str]], seed: str) -> str:
    """Choose the prepared text that fits the last message: a choice, a critique, a revision or an answer."""
    question = conversation[-1][1]
    number = conversation_number(conversation, seed)
    words = question.lower()
    responses = RESPONSE.findall(question)
    if len(responses) == 2:
        return choose_response(responses, words, number)
    options = OPTION.findall(question)
    if len(options) >= 2:
        return choose_option(options, words, number)
    if all(re.search(rf"\b{word}\b", words) for word in VOTE_WORDS):
        return choose_vote(conversation, number)
    if is_rewording(words):
        return reword(question)
    if is_list_asked(words):
        return write_messages(question, number)
    if are_numbers_asked(words):
        return name_principle(question, number)
    if side_asked(question):
        return write_example(pick(side_asked(question), number), question)
    if "critique alone" in words:
        return pick("critiques", number)
    if "revised answer alone" in words:
        return revise(earlier_answer(conversation), number)
    if "improved answer alone" in words:
        return revise(conversation[-2][1], number)
    return pick("answers", number).replace("{topic}", topic_of(question))


def conversation_number(conversation: list[tuple[str, str]], seed: str) -> int:
    """A number that depends on every word said so far, and on nothing else."""
    told = "\x1e".join(f"{role}\x1f{text}" for role, text in conversation)
    return int.from_bytes(hashlib.sha256(f"{seed}\x1e{told}".encode()).digest()[:8], "big")


def choose_response(responses: list[str], words: str, number: int) -> str:
    """Prefer one of two texts, more or less, in whatever place; the first place helps a little."""
    sign = -1 if "falls shorter" in words else 1
    merits = [sign * zlib.crc32(text.encode()) / 2**32 for text in responses]
    p_first = 1 / (1 + math.exp(-4 * (merits[0] - merits[1]) - 0.3))
    letter = "A" if number % 1000 < 1000 * p_first else "B"
    return f"Both options answer the request.\nANSWER: {letter}" if "answer:" in words else letter


def choose_option(options: list[str], words: str, number: int) -> str:
    letter = options[number % len(options)]
    return f"ANSWER: {letter}" if "answer:" in words else letter


def choose_vote(conversation: list[tuple[str, str]], number: int) -> str:
    """Lean towards agreeing, and more so when a constitution was given as the system prompt."""
    has_system = conversation[0][0] == "system"
    agree, disagree = (75, 90) if has_system else (55, 85)
    draw = number % 100
    return "agree" if draw < agree else "disagree" if draw < disagree else "pass"


def earlier_answer(conversation: list[tuple[str, str]]) -> str:
    """The answer under revision: the last thing the assistant said before its critique."""
    said = [text for role, text in conversation if role == "assistant"]
    return said[-2] if len(said) >= 2 else said[-1] if said else ""


def revise(answer: str, number: int) -> str:
    """Add a prepared sentence the answer does not hold yet, taking the place of an earlier addition."""
    additions = prepared("revisions")
    fresh = [addition for addition in additions if addition not in answer]
    for addition in additions:
        answer = answer.replace(addition, "").strip()
    return f"{answer}\n\n{fresh[number % len(fresh)]}"


def topic_of(question: str) -> str:
    """The prompt's first words, to make an answer sound as if it were about it."""
    first_line = question.strip().splitlines()[0] if question.strip() else "your question"
    topic = " ".join(first_line.split()[:12]).rstrip("?.!,;: ")
    return topic or "your question"


def pick(kind: str, number: int) -> str:
    texts = prepared(kind)
    return texts[number % len(texts)]


@cache
def prepared(kind: str) -> tuple[str, ...]:
    """The prepared texts of one kind, parted by lines of three hyphens."""
    text = (ANSWERS / f"{kind}.txt").read_text(encoding="utf-8")
    return tuple(part.strip() for part in text.split("\n---\n") if part.strip())
