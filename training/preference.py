"""Preferences as an Inspect task: answers to a prompt, then a judge's choice between them, in both orders.

Answers and judgements are kept in the sample's store. Imports Inspect: load inside functions.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    Model,
    ModelOutput,
)
from inspect_ai.model import get_model as active_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from training.answers import Status, is_refusal, read_step
from training.calls import ask_model
from training.choices import Choice, Token, join_choices, read_choice
from training.comparisons import (
    ATTEMPTS,
    TASK_VERSION,
    ask_to_compare,
    draw_ensemble,
    p_of_first,
    pairs_of,
)
from training.providers import get_model
from training.soft_labels import Judgement

TOP_TOKENS = 10
USABLE = (Status.OK, Status.CUT)


@dataclass(frozen=True)
class AskedModel:
    """A model that answers or judges; `model` is None for the run's own."""

    name: str
    model: Model | None
    system: str = ""

    def messages(self, text: str) -> list[ChatMessage]:
        """The text as a request, after the constitution where this model is given one."""
        system: list[ChatMessage] = [ChatMessageSystem(content=self.system)] if self.system else []
        return [*system, ChatMessageUser(content=text)]

    def seed(self, number: int) -> dict[str, Any]:
        """A seed of its own for a repeated question, where the model is sent one at all."""
        seed = (self.model or active_model()).config.seed
        return {} if seed is None else {"seed": seed + number}


@task
def preference(recipe: str, shard: str) -> Task:
    """One shard of a run. Both arguments are paths, so that a killed run can be taken up from its log."""
    plan = json.loads(Path(recipe).read_text(encoding="utf-8"))
    return Task(
        dataset=MemoryDataset(list(read_samples(Path(shard)))),
        solver=answer_and_compare(plan),
        version=TASK_VERSION,
    )


def read_samples(shard: Path) -> Iterator[Sample]:
    with shard.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            details = {key: row[key] for key in ("prompt_id", "source_id", "tags", "given_answers")}
            yield Sample(id=row["sample_id"], input=row["prompt"], metadata=details)


@solver
def answer_and_compare(plan: dict[str, Any]) -> Solver:
    """Get the answers, then compare their pairs under drawn principles."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001  (Inspect's form)
        sample_id = str(state.sample_id)
        if plan["answers_of"]:
            answers = state.metadata["given_answers"]
        else:
            answers = await sample_answers(sample_id, state.input_text, plan)
        state.store.set("answers", answers)
        state.store.set("comparisons", await compare_answers(sample_id, state.input_text, answers, plan))
        state.output = ModelOutput.from_content("", f"{len(answers)} answers")
        return state

    return solve


def asked_models(entries: Sequence[dict[str, Any]]) -> list[AskedModel]:
    """The named models, or the run's own alone."""
    if not entries:
        return [AskedModel(str(active_model()), None)]
    return [AskedModel(entry["name"], model_of(entry), entry["system"]) for entry in entries]


def model_of(entry: dict[str, Any]) -> Model:
    """A model besides the run's own, asked with the same settings as far as its provider takes them."""
    config = active_model().config
    sent = {name: getattr(config, name) for name in ("temperature", "top_p", "seed", "max_tokens")}
    given = {name: value for name, value in sent.items() if value is not None}
    return get_model(entry["model"], base_url=entry["base_url"], **given)


async def sample_answers(sample_id: str, prompt: str, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Ask the answering models in turn until there are as many answers as wanted."""
    answerers = asked_models(plan["answerers"])
    return [
        await sample_answer(sample_id, prompt, number, answerers[number % len(answerers)])
        for number in range(plan["answers"])
    ]


async def sample_answer(sample_id: str, prompt: str, number: int, answerer: AskedModel) -> dict[str, Any]:
    """One answer, asked for again while it is empty."""
    for attempt in range(1, ATTEMPTS + 1):
        output = await ask_model(
            answerer.messages(prompt),
            sample_id=sample_id,
            step=f"answer-{number}",
            attempt=attempt,
            model=answerer.model,
            **answerer.seed(number * ATTEMPTS + attempt - 1),
        )
        stop_reason = str(output.stop_reason) if output.choices else "unknown"
        text, status = read_step("answer", output.completion, stop_reason)
        if status != Status.EMPTY:
            break
    return {
        "text": text,
        "model": answerer.name,
        "served_by": output.model,
        "status": status.value,
        "stop_reason": stop_reason,
        "refuses": is_refusal(text) or status == Status.BLOCKED,
        "origin": "sampled with the constitution" if answerer.system else "sampled",
    }


async def compare_answers(
    sample_id: str, prompt: str, answers: list[dict[str, Any]], plan: dict[str, Any]
) -> list[dict[str, Any]]:
    """Judge the pairs of answers that hold a text, each under principles of its own draw."""
    usable = [n for n, answer in enumerate(answers) if answer["text"] and answer["status"] in USABLE]
    judges = asked_models(plan["judges"])
    draw = Random(sample_id)
    found = []
    for first, second in ((usable[a], usable[b]) for a, b in pairs_of(len(usable), plan["pairs"])):
        principles = draw_ensemble(plan["principle_rows"], plan["principles"], draw)
        texts = (answers[first]["text"], answers[second]["text"])
        bench = Bench(sample_id, prompt, f"{first}-{second}", texts, plan)
        is_same = texts[0] == texts[1]
        judgements = [] if is_same else await bench.judge_all(judges, principles)
        found.append(
            {
                "first": first,
                "second": second,
                "principles": [principle["id"] for principle in principles],
                "judgements": [asdict(judgement) for judgement in judgements],
            }
        )
    return found


@dataclass(frozen=True)
class Bench:
    """Two answers before their judges."""

    sample_id: str
    prompt: str
    name: str
    texts: tuple[str, str]
    plan: dict[str, Any]

    async def judge_all(
        self, judges: Sequence[AskedModel], principles: Sequence[dict[str, Any]]
    ) -> list[Judgement]:
        """Every judge under every principle, in both orders."""
        return [
            await self.judge(number, judge, principle, is_swapped=is_swapped)
            for principle in principles
            for number, judge in enumerate(judges)
            for is_swapped in (False, True)
        ]

    async def judge(
        self, number: int, judge: AskedModel, principle: dict[str, Any], *, is_swapped: bool
    ) -> Judgement:
        """One judge's word under one principle, in one order."""
        step = f"judge-{number}-{self.name}-{principle['id']}-{'ba' if is_swapped else 'ab'}"
        messages = judge.messages(self.question(principle["text"], is_swapped=is_swapped))
        choice, source, text = await self.choose(judge, messages, step)
        bounds = tuple(self.plan["clamp"]) if self.plan["reasoning"] else None
        how = {"is_swapped": is_swapped, "framing": self.plan["framing"], "bounds": bounds}
        p_first = None if choice.p_a is None else p_of_first(choice.p_a, **how)
        return Judgement(judge.name, principle["id"], is_swapped, p_first, choice.status, source, text)

    async def choose(
        self, judge: AskedModel, messages: list[ChatMessage], step: str
    ) -> tuple[Choice, str, str]:
        """The judge's choice by log-probabilities if they come, else by asking again and again."""
        choice, text = await self.ask(judge, messages, step, 1)
        if choice.has_probabilities:
            return choice, "log-probabilities", text
        choices = [choice]
        for attempt in range(2, self.plan["samples"] + 1):
            choices.append((await self.ask(judge, messages, step, attempt))[0])
        return join_choices(choices), f"samples ({len(choices)})", text

    def question(self, principle: str, *, is_swapped: bool) -> str:
        options = (self.texts[1], self.texts[0]) if is_swapped else self.texts
        how = {"framing": self.plan["framing"], "reasoning": self.plan["reasoning"]}
        return ask_to_compare(principle, self.prompt, options, **how)

    async def ask(
        self, judge: AskedModel, messages: list[ChatMessage], step: str, attempt: int
    ) -> tuple[Choice, str]:
        """One question to a judge, and what could be read."""
        wants_probabilities = self.plan["label"] == "auto"
        settings: dict[str, Any] = judge.seed(attempt - 1)
        if wants_probabilities:
            settings["top_logprobs"] = TOP_TOKENS
        if not self.plan["reasoning"]:
            settings["max_tokens"] = self.plan["max_letter_tokens"]
        output = await ask_model(
            messages,
            sample_id=self.sample_id,
            step=step,
            attempt=attempt,
            logprobs=wants_probabilities,
            model=judge.model,
            **settings,
        )
        stop_reason = str(output.stop_reason) if output.choices else "unknown"
        tokens = tokens_of(output) if wants_probabilities else []
        choice = read_choice(output.completion, stop_reason, tokens, after_reasoning=self.plan["reasoning"])
        return choice, output.completion.strip()


def tokens_of(output: ModelOutput) -> list[Token]:
    """The tokens of an answer with the likeliest ones at each place; none where the provider gives none."""
    told = output.choices[0].logprobs if output.choices else None
    return [
        Token(token.token, tuple((top.token, top.logprob) for top in token.top_logprobs or ()))
        for token in (told.content if told else ())
    ]
