"""Writing examples as an Inspect task: a message of a class, an answer to it, and the message in other words.

Imports Inspect: load inside functions.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver

from training.answers import is_refusal
from training.asking import read_instruction
from training.calls import ask_model
from training.classifiers.generation import ATTEMPTS, LANGUAGES, TASK_VERSION

# The manner changes with the number of the example, so that the examples of a class differ.
MANNERS = (
    "short and direct",
    "long, with a story of why the person asks",
    "polite",
    "impatient, with a spelling mistake",
    "as a question about somebody else",
    "as a request to write a text",
    "as one step of a longer task",
    "in the words of a young person",
    "in the words of an expert",
    "roundabout, without naming the subject at once",
)


@task
def classifier_examples(recipe: str, shard: str) -> Task:
    """One shard of a run. Both arguments are paths, so that a killed run can be taken up from its log."""
    plan = json.loads(Path(recipe).read_text(encoding="utf-8"))
    return Task(
        dataset=MemoryDataset(list(read_samples(Path(shard)))),
        solver=write_example(plan["paraphrases"], plan["languages"]),
        version=TASK_VERSION,
    )


def read_samples(shard: Path) -> Iterator[Sample]:
    with shard.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            details = {key: row[key] for key in ("principle", "side", "number", "class_text")}
            yield Sample(id=row["sample_id"], input=row["prompt"], metadata=details)


@solver
def write_example(n_paraphrases: int, languages: list[str]) -> Solver:
    """Write one message of the sample's class, answer it, and say it in other words and languages."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001  (Inspect's form)
        writer = Writer(str(state.sample_id), state.metadata)
        await writer.write(n_paraphrases, languages)
        for name, value in writer.result().items():
            state.store.set(name, value)
        state.output = ModelOutput.from_content("", writer.query)
        return state

    return solve


class Writer:
    """One example on its way."""

    def __init__(self, sample_id: str, details: dict[str, Any]) -> None:
        self.sample_id = sample_id
        self.about = {
            "class": details["class_text"],
            "side": details["side"],
            "number": details["number"],
            "manner": MANNERS[details["number"] % len(MANNERS)],
        }
        self.query = self.answer = ""
        self.variants: list[dict[str, str]] = []
        self.flags: list[str] = []

    async def write(self, n_paraphrases: int, languages: list[str]) -> None:
        self.query = await self.ask("query", "classifier_query.txt")
        if not self.query:
            return
        self.answer = await self.ask("answer", "classifier_answer.txt", query=self.query)
        for number in range(1, n_paraphrases + 1):
            text = await self.ask(f"paraphrase-{number}", "classifier_paraphrase.txt", query=self.query)
            self.keep("paraphrase", text)
        for code in languages:
            told = {"query": self.query, "language": LANGUAGES[code]}
            self.keep(code, await self.ask(f"translation-{code}", "classifier_translation.txt", **told))

    async def ask(self, step: str, instruction: str, **more: str) -> str:
        """What the model writes; nothing where it writes nothing or will not write it."""
        message = ChatMessageUser(content=fill(read_instruction(instruction), self.about | more))
        for attempt in range(1, ATTEMPTS + 1):
            output = await ask_model([message], sample_id=self.sample_id, step=step, attempt=attempt)
            text = output.completion.strip()
            if text and not (step == "query" and is_refusal(text)):
                return text
        self.flags.append(f"{step}_refused" if text else f"{step}_empty")
        return ""

    def keep(self, form: str, text: str) -> None:
        """Another form of the message, if it is another one."""
        if text and text != self.query:
            self.variants.append({"form": form, "text": text})

    def result(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "answer": self.answer,
            "variants": self.variants,
            "flags": self.flags,
            "failed": not self.query,
        }


def fill(text: str, values: dict[str, Any]) -> str:
    """The instruction with its {names} filled in; what is filled in is not filled again."""
    parts = text.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        known = brace and name in values
        filled.append(f"{values[name]}{rest}" if known else "{" + part)
    return "".join(filled)
