"""Critique and revision as an Inspect task: an answer, then rounds of critique and revision.

Every step is kept in the sample's store. Imports Inspect: load inside functions.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageUser, ModelOutput, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from constitution.export import critique_request, revision_request
from training.answers import Status, read_step
from training.asking import Example, ask_for_critique, ask_for_direct_revision, ask_for_revision
from training.calls import ask_model
from training.critique.flags import flags_of
from training.critique.judge import Bench, judge_of
from training.critique.verdicts import is_worth_keeping
from training.revisions import ATTEMPTS, TASK_VERSION


@dataclass(frozen=True)
class DrawnPrinciple:
    """A principle as the recipe holds it, with its number in the constitution."""

    id: int
    text: str
    weight: float


@dataclass(frozen=True)
class Step:
    """One thing the model wrote, under which principle in which framing, and how it could be read.

    Of a revision also the judge's verdict, and whether it took the place of the answer before it.
    """

    step: str
    round: int
    principle: int | None
    framing: str
    text: str
    status: str
    stop_reason: str
    model: str
    input_tokens: int
    output_tokens: int
    n_calls: int
    verdict: dict[str, Any] | None = None
    is_kept: bool = True


@task
def critique_revision(recipe: str, shard: str) -> Task:
    """One shard of a run. Both arguments are paths, so that a killed run can be taken up from its log."""
    plan = json.loads(Path(recipe).read_text(encoding="utf-8"))
    return Task(
        dataset=MemoryDataset(list(read_samples(Path(shard)))),
        solver=critique_and_revise(plan),
        version=TASK_VERSION,
    )


def read_samples(shard: Path) -> Iterator[Sample]:
    with shard.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            details = {key: row[key] for key in ("prompt_id", "source_id", "tags")}
            details["draw"] = row.get("draw", 0)
            yield Sample(id=row["sample_id"], input=row["prompt"], metadata=details)


@solver
def critique_and_revise(plan: dict[str, Any]) -> Solver:
    """Ask for an answer, then in each round for a critique and a revision under one drawn principle."""
    principles = [DrawnPrinciple(**principle) for principle in plan["principles"]]
    # Made once for all samples: building dozens of messages before each call took a third of the time.
    examples = example_messages(plan)

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001  (Inspect's form)
        sample_id = str(state.sample_id)
        dialogue = Dialogue(sample_id, state.input_text, state.metadata["draw"], plan, examples)
        await dialogue.answer()
        drawn = draw_principles(principles, plan["rounds"], Random(sample_id))
        for number, principle in enumerate(drawn, start=1):
            if not dialogue.current:
                break
            await dialogue.revise(number, principle)
        steps = [asdict(step) for step in dialogue.steps]
        state.store.set("steps", steps)
        state.store.set("flags", flags_of(steps))
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

    def __init__(
        self,
        sample_id: str,
        prompt: str,
        draw: int,
        plan: dict[str, Any],
        examples: Sequence[ChatMessage],
    ) -> None:
        self.sample_id = sample_id
        self.prompt = prompt
        self.draw = draw
        self.plan = plan
        self.examples = examples
        self.current = ""
        self.steps: list[Step] = []
        self.followed: list[DrawnPrinciple] = []

    async def answer(self) -> None:
        step = await self.ask("answer", 0, None, [ChatMessageUser(content=self.prompt)])
        self.steps.append(step)
        self.current = step.text

    async def revise(self, number: int, principle: DrawnPrinciple) -> None:
        """One round under a principle; a revision that can be read and is kept takes the answer's place."""
        revision = await self.ask_for_revision(number, principle)
        if revision is None:
            return
        if revision.status == Status.OK:
            revision = await self.judge(number, principle, revision)
        self.steps.append(revision)
        if revision.status in (Status.OK, Status.UNCHANGED) and revision.is_kept:
            self.current = revision.text
            self.followed.append(principle)

    async def ask_for_revision(self, number: int, principle: DrawnPrinciple) -> Step | None:
        """Have a revision written, after a critique unless the recipe leaves it out."""
        requests = requests_of(principle.text, self.plan)
        messages = [
            *self.examples,
            ChatMessageUser(content=self.prompt),
            ChatMessageAssistant(content=self.current),
        ]
        if self.plan["critique"]:
            messages.append(ChatMessageUser(content=requests[0]))
            critique = await self.ask("critique", number, principle, messages)
            self.steps.append(critique)
            if not critique.text:
                return None
            messages.append(ChatMessageAssistant(content=critique.text))
        messages.append(ChatMessageUser(content=requests[-1]))
        return await self.ask("revision", number, principle, messages)

    async def judge(self, number: int, principle: DrawnPrinciple, revision: Step) -> Step:
        """The revision with its verdict, where the recipe names a judge."""
        if not self.plan["judge"]:
            return revision
        bench = Bench(judge_of(self.plan["judge"]), self.sample_id, self.prompt)
        earlier = {done.id: done for done in self.followed if done.id != principle.id}
        texts = (self.current, revision.text)
        verdict = await bench.judge_revision(number, principle, list(earlier.values()), texts)
        is_kept = self.plan["keep"] == "last" or is_worth_keeping(verdict)
        return replace(revision, verdict=verdict, is_kept=is_kept)

    async def ask(
        self, name: str, number: int, principle: DrawnPrinciple | None, messages: list[ChatMessage]
    ) -> Step:
        """Ask the model, again when it says nothing; tell what it said as a step."""
        tokens_in = tokens_out = 0
        for attempt in range(1, ATTEMPTS + 1):
            output = await ask_model(
                messages,
                sample_id=self.sample_id,
                step=f"{name}-{number}",
                attempt=attempt,
                **self.seed(attempt),
            )
            tokens_in += output.usage.input_tokens if output.usage else 0
            tokens_out += output.usage.output_tokens if output.usage else 0
            stop_reason = str(output.stop_reason) if output.choices else "unknown"
            text, status = read_step(name, output.completion, stop_reason, before=self.current)
            if status != Status.EMPTY:
                break
        return Step(
            step=name,
            round=number,
            principle=principle.id if principle else None,
            framing=self.plan["framing"] if principle else "",
            text=text,
            status=status,
            stop_reason=stop_reason,
            model=output.model,
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            n_calls=attempt,
        )

    def seed(self, attempt: int) -> dict[str, Any]:
        """A seed of its own for a further dialogue or attempt, where the model is sent one at all."""
        seed, further = get_model().config.seed, self.draw * ATTEMPTS + attempt - 1
        return {"seed": seed + further} if seed is not None and further else {}


def requests_of(principle: str, plan: dict[str, Any]) -> list[str]:
    """The whole messages of a round, in the recipe's framing: for a critique and a revision, or for one."""
    framing = plan["framing"]
    revision = revision_request(principle, framing)
    if not plan["critique"]:
        return [ask_for_direct_revision(revision)]
    return [ask_for_critique(critique_request(principle, framing)), ask_for_revision(revision)]


def example_messages(plan: dict[str, Any]) -> list[ChatMessage]:
    """The worked examples as turns, so that the model has seen critiques and revisions kept apart."""
    messages: list[ChatMessage] = []
    for example in (Example(**parts) for parts in plan["examples"]):
        requests = requests_of(example.principle, plan)
        answers = [example.critique, example.revision] if plan["critique"] else [example.revision]
        messages += [ChatMessageUser(content=example.prompt), ChatMessageAssistant(content=example.answer)]
        for request, answer in zip(requests, answers, strict=True):
            messages += [ChatMessageUser(content=request), ChatMessageAssistant(content=answer)]
    return messages
