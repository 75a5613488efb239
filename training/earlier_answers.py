"""Answers that an earlier critique–revision run wrote, to be judged instead of taken for better."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.answers import is_refusal
from training.folders import run_folder
from training.models import GenerationRun
from training.prompts import Prompt
from training.samples import is_readable_revision


@dataclass(frozen=True)
class AnsweredPrompt(Prompt):
    """A prompt whose answers stand in a file of results; they are read when needed, not held."""

    results: Path = Path()
    offset: int = 0
    n_answers: int = 2

    @property
    def answers(self) -> list[dict[str, Any]]:
        with self.results.open("rb") as lines:
            lines.seek(self.offset)
            return answers_in(json.loads(lines.readline()), self.n_answers)


def prompts_with_answers(
    run: GenerationRun, *, n_answers: int = 2, limit: int | None = None
) -> list[AnsweredPrompt]:
    """The prompts of a finished critique–revision run, each with its first answer and latest revisions."""
    if run.kind != GenerationRun.Kind.REVISION or run.status != GenerationRun.Status.FINISHED:
        raise ValueError(
            f"answers can be taken from a finished critique–revision run; run {run.pk} is of the kind "
            f"“{run.kind}” and {run.status}"
        )
    found: list[AnsweredPrompt] = []
    for log in run.logs:
        for prompt in read_prompts_of(run_folder(run) / log["samples"], n_answers):
            if limit is not None and len(found) >= limit:
                return found
            found.append(prompt)
    return found


def read_prompts_of(results: Path, n_answers: int) -> Iterator[AnsweredPrompt]:
    with results.open("rb") as lines:
        offset = 0
        for line in lines:
            row = json.loads(line)
            yield AnsweredPrompt(
                row["prompt"], tuple(row["tags"]), row["source_id"], results, offset, n_answers
            )
            offset += len(line)


def answers_in(row: dict[str, Any], n_answers: int) -> list[dict[str, Any]]:
    """The first answer and the last readable revisions of one result row, in the order they were written."""
    answer, *later = row["steps"]
    revisions = [step for step in later if is_readable_revision(step)]
    return [judged_answer(step) for step in [answer, *revisions[1 - n_answers :]]]


def judged_answer(step: dict[str, Any]) -> dict[str, Any]:
    """A step of that run as an answer of this one."""
    is_answer = step["step"] == "answer"
    return {
        "text": step["text"],
        "model": step["model"],
        "served_by": step["model"],
        "status": "ok" if step["status"] == "unchanged" else step["status"],
        "stop_reason": step["stop_reason"],
        "refuses": is_refusal(step["text"]) or step["status"] == "blocked",
        "origin": "answer" if is_answer else f"revision {step['round']}",
    }
