"""Writing prompts and naming principles as Inspect tasks. Imports Inspect: load inside functions."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser
from inspect_ai.solver import Generate, Solver, TaskState, solver

from training.asking import read_instruction
from training.calls import ask_model
from training.prompt_sets.pipelines import ATTEMPTS, PER_CALL, TASK_VERSION
from training.prompt_sets.reading import read_list, read_numbers


@task
def write_prompts(recipe: str, shard: str) -> Task:  # noqa: ARG001  (every task takes both paths)
    """One shard of a run that writes prompts for principles."""
    samples = list(read_samples(Path(shard), ("principle_text", "manner")))
    return Task(dataset=MemoryDataset(samples), solver=write_list(), version=TASK_VERSION)


@task
def name_principles(recipe: str, shard: str) -> Task:
    """One shard of a run that says which principles each prompt exercises."""
    principles = json.loads(Path(recipe).read_text(encoding="utf-8"))["principles"]
    samples = list(read_samples(Path(shard), ()))
    return Task(dataset=MemoryDataset(samples), solver=name_numbers(principles), version=TASK_VERSION)


def read_samples(shard: Path, fields: Sequence[str]) -> Iterator[Sample]:
    with shard.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            details = {name: row[name] for name in fields}
            yield Sample(id=row["sample_id"], input=row["prompt"], metadata=details)


@solver
def write_list() -> Solver:
    """Ask for a list of prompts for the sample's principle; ask again while none can be read."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001  (Inspect's form)
        request = read_instruction("prompts_for_principle.txt").format(
            n=PER_CALL, principle=state.metadata["principle_text"], manner=state.metadata["manner"]
        )
        written: list[str] = []
        for attempt in range(1, ATTEMPTS + 1):
            state.output = await ask(state, request, "write", attempt)
            written = read_list(state.output.completion, PER_CALL)
            if written:
                break
        state.store.set("written", written)
        return state

    return solve


@solver
def name_numbers(principles: Sequence[dict[str, Any]]) -> Solver:
    """Ask which principles the sample's prompt exercises; ask again while the answer cannot be read."""
    known = {principle["id"] for principle in principles}
    listed = "\n".join(f"{principle['id']}. {principle['text']}" for principle in principles)

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001  (Inspect's form)
        text = read_instruction("principles_of_prompt.txt")
        request = text.replace("{principles}", listed).replace("{prompt}", state.input_text)
        named: list[int] | None = None
        for attempt in range(1, ATTEMPTS + 1):
            state.output = await ask(state, request, "name", attempt)
            named = read_numbers(state.output.completion, known)
            if named is not None:
                break
        state.store.set("principles", named)
        return state

    return solve


async def ask(state: TaskState, request: str, step: str, attempt: int) -> Any:
    message = ChatMessageUser(content=request)
    return await ask_model([message], sample_id=str(state.sample_id), step=step, attempt=attempt)
