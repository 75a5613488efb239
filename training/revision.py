"""Critique and revision as an Inspect task: an answer, then rounds of critique and revision.

Every step is kept in the sample's store. Imports Inspect: load inside functions.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageUser, ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver

from constitution.export import critique_request, revision_request
from training.answers import Status, is_refusal, read_step
from training.asking import ask_for_critique, ask_for_revision, worked_examples
from training.calls import ask_model
from training.revisions import ATTEMPTS, TASK_VERSION


@dataclass(frozen=True)
class DrawnPrinciple:
    """A principle as the recipe holds it, with its number in the constitution."""

    id: int
    text: str
    weight: float


@dataclass(frozen=True)
class Step:
    """One thing the model wrote, under which principle, and how it could be read."""

    step: str
    round: int
    principle: int | None
    text: str
    status: str
    stop_reason: str
    model: str
    input_tokens: int
    output_tokens: int
    n_calls: int


@task
def critique_revision(recipe: str, shard: str) -> Task:
    """One shard of a run. Both arguments are paths, so that a killed run can be taken up from its log."""
    plan = json.loads(Path(recipe).read_text(encoding="utf-8"))
    principles = [DrawnPrinciple(**principle) for principle in plan["principles"]]
    return Task(
        dataset=MemoryDataset(list(read_samples(Path(shard)))),
        solver=critique_and_revise(principles, plan["rounds"]),
        version=TASK_VERSION,
    )


def read_samples(shard: Path) -> Iterator[Sample]:
    with shard.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            details = {key: row[key] for key in ("prompt_id", "source_id", "tags")}
            yield Sample(id=row["sample_id"], input=row["prompt"], metadata=details)


@solver
def critique_and_revise(principles: Sequence[DrawnPrinciple], rounds: int) -> Solver:
    """Ask for an answer, then `rounds` times for a critique and a revision under one drawn principle."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001  (Inspect's form)
        sample_id = str(state.sample_id)
        dialogue = Dialogue(sample_id, state.input_text)
        await dialogue.answer()
        for number, principle in enumerate(draw_principles(principles, rounds, Random(sample_id)), start=1):
            if not dialogue.current:
                break
            await dialogue.revise(number, principle)
        state.store.set("steps", [asdict(step) for step in dialogue.steps])
        state.store.set("flags", dialogue.flags())
        state.output = ModelOutput.from_content("", dialogue.current)
        return state

    return solve


def draw_principles(principles: Sequence[DrawnPrinciple], rounds: int, draw: Random) -> list[DrawnPrinciple]:
    """Draw a principle for each round by weight; none comes twice before all have come once."""
    drawn: list[DrawnPrinciple] = []
    while len(drawn) < rounds:
        drawn += sorted(
            principles, key=lambda principle: draw.random() ** (1 / principle.weight), reverse=True
        )
    return drawn[:rounds]


class Dialogue:
    """One prompt's answer on its way through the rounds."""

    def __init__(self, sample_id: str, prompt: str) -> None:
        self.sample_id = sample_id
        self.prompt = prompt
        self.current = ""
        self.steps: list[Step] = []

    async def answer(self) -> None:
        step = await self.ask("answer", 0, None, [ChatMessageUser(content=self.prompt)])
        self.current = step.text

    async def revise(self, number: int, principle: DrawnPrinciple) -> None:
        """One round: a critique under the principle, then the revision that answers it."""
        request = ask_for_critique(critique_request(principle.text))
        messages = [
            *example_messages(),
            ChatMessageUser(content=self.prompt),
            ChatMessageAssistant(content=self.current),
            ChatMessageUser(content=request),
        ]
        critique = await self.ask("critique", number, principle, messages)
        if not critique.text:
            return
        messages += [
            ChatMessageAssistant(content=critique.text),
            ChatMessageUser(content=ask_for_revision(revision_request(principle.text))),
        ]
        revision = await self.ask("revision", number, principle, messages)
        if revision.status in (Status.OK, Status.UNCHANGED):
            self.current = revision.text

    async def ask(
        self, name: str, number: int, principle: DrawnPrinciple | None, messages: list[ChatMessage]
    ) -> Step:
        """Ask the model, again when it says nothing; keep what it said as a step."""
        tokens_in = tokens_out = 0
        for attempt in range(1, ATTEMPTS + 1):
            output = await ask_model(
                messages, sample_id=self.sample_id, step=f"{name}-{number}", attempt=attempt
            )
            tokens_in += output.usage.input_tokens if output.usage else 0
            tokens_out += output.usage.output_tokens if output.usage else 0
            stop_reason = str(output.stop_reason) if output.choices else "unknown"
            text, status = read_step(name, output.completion, stop_reason, before=self.current)
            if status != Status.EMPTY:
                break
        principle_id = principle.id if principle else None
        step = Step(
            name,
            number,
            principle_id,
            text,
            status,
            stop_reason,
            output.model,
            tokens_in,
            tokens_out,
            attempt,
        )
        self.steps.append(step)
        return step

    def flags(self) -> list[str]:
        """What a reader of this sample should know."""
        checks: dict[str, Any] = {
            "no_answer": not self.steps[0].text,
            "answer_refuses": is_refusal(self.steps[0].text) or self.steps[0].status == Status.BLOCKED,
            "revision_refuses": is_refusal(self.current),
            "unread_step": any(step.status not in (Status.OK, Status.UNCHANGED) for step in self.steps),
            "unchanged": self.current == self.steps[0].text,
        }
        return [flag for flag, is_so in checks.items() if is_so]


def example_messages() -> list[ChatMessage]:
    """The worked examples as turns, so that the model has seen critiques and revisions kept apart."""
    messages: list[ChatMessage] = []
    for example in worked_examples():
        messages += [
            ChatMessageUser(content=example.prompt),
            ChatMessageAssistant(content=example.answer),
            ChatMessageUser(content=ask_for_critique(critique_request(example.principle))),
            ChatMessageAssistant(content=example.critique),
            ChatMessageUser(content=ask_for_revision(revision_request(example.principle))),
            ChatMessageAssistant(content=example.revision),
        ]
    return messages
