"""Ask a variant a task's samples through Inspect, so that no answer is lost and none is asked for twice.

All that a run asks stands in one file before the first question. Each finished sample stands in Inspect's log
at once and each answer in its cache; a run that was killed goes on from there.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.left_logs import log_to_take_up, n_samples_in, newest_log
from evaluation.tasks import TASKS
from evaluation.tasks.base import Sample
from training.folders import write_lines
from training.shards import one_at_a_time
from training.watching import watch

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog
    from inspect_ai.model import Model

Progress = Callable[[int], None]
QUESTIONS = "questions.json"
_CAUSE = re.compile(r"^(?!tenacity\.)(?:\w+\.)*(\w*(?:Error|Exception|Timeout)\w*: .+)$", re.MULTILINE)
INSPECT_TASK = "collective_constitution_questions"


class AskingFailed(Exception):
    """The model stopped answering; what it had answered is kept, and the run can be resumed."""


@dataclass(frozen=True)
class Questions:
    """All that shapes a run's answers besides the model."""

    task: str
    system_prompt: str
    epochs: int
    fingerprint: str
    samples: list[Sample]

    def save(self, folder: Path) -> None:
        """Write the file so that it is either whole or absent."""
        write_lines(folder / QUESTIONS, [asdict(self)])

    @classmethod
    def read(cls, folder: Path) -> "Questions":
        kept = json.loads((folder / QUESTIONS).read_text(encoding="utf-8"))
        return cls(**kept | {"samples": [Sample(**sample) for sample in kept["samples"]]})


@dataclass(frozen=True)
class Answers:
    """What the model said, by sample and epoch, and the log that holds it."""

    by_sample: dict[str, list[str]]
    log: Path
    log_sha256: str
    token_use: dict[str, int]


def ask_all(*, folder: Path, model: "Model", on_progress: Progress = lambda _: None) -> Answers:
    """Ask what the folder's questions file holds; go on from the fullest log when there is one.

    `on_progress` is told now and then how many answers stand in the log.
    """
    make_task = register_task()
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)

    def ask() -> "EvalLog":
        with one_at_a_time:
            return ask_inspect(make_task, folder, logs, model)

    log = watch(ask, on_look=lambda: on_progress(n_samples_in(newest_log(logs))))
    if log.status != "success":
        raise AskingFailed(reason_of(log))
    return collect_answers(log)


def ask_inspect(make_task: Callable[..., Any], folder: Path, logs: Path, model: "Model") -> "EvalLog":
    """Begin the evaluation, or take it up from what a killed process left."""
    from inspect_ai import eval as inspect_eval
    from inspect_ai import eval_retry

    options: dict[str, Any] = {
        "log_dir": str(logs),
        "log_format": "eval",
        "log_buffer": 1,
        "log_realtime": False,
        "log_model_api": False,
        "log_level": "error",
        "fail_on_error": True,
        "display": "none",
        "acp_server": False,
        "ctl_server": False,
    }
    left = log_to_take_up(logs)
    if left is None:
        return inspect_eval(make_task(folder=str(folder)), model=model, **options)[0]
    return left if left.status == "success" else eval_retry(left, **options)[0]


def register_task() -> Any:
    """Make the task known to Inspect by name, which is how it finds it again to resume."""
    from inspect_ai import Task, task
    from inspect_ai.dataset import MemoryDataset
    from inspect_ai.model import CachePolicy
    from inspect_ai.solver import generate

    @task(name=INSPECT_TASK)
    def questions(folder: str) -> Task:
        asked = Questions.read(Path(folder))
        cache = CachePolicy(expiry=None, scopes={"run": asked.fingerprint})
        return Task(
            dataset=MemoryDataset(inspect_samples(asked), name=asked.task),
            solver=generate(cache=cache),
            scorer=make_scorer(asked),
            epochs=asked.epochs,
        )

    return questions


def inspect_samples(asked: Questions) -> list[Any]:
    """The samples as Inspect takes them, each behind the constitution's prompt if there is one."""
    from inspect_ai.dataset import Sample as InspectSample
    from inspect_ai.model import ChatMessageSystem, ChatMessageUser

    before = [ChatMessageSystem(content=asked.system_prompt)] if asked.system_prompt else []
    return [
        InspectSample(
            id=sample.id,
            input=[*before, ChatMessageUser(content=sample.prompt)],
            metadata={"options": sample.options, **sample.metadata},
        )
        for sample in asked.samples
    ]


def make_scorer(asked: Questions) -> Any:
    """Let Inspect's log show each judged answer; an unreadable one is NaN, which its mean leaves out."""
    from inspect_ai.scorer import Score, Target, mean, scorer
    from inspect_ai.solver import TaskState

    by_id = {sample.id: sample for sample in asked.samples}
    judge = TASKS[asked.task].judge

    @scorer(metrics=[mean()], name=f"collective_constitution_{asked.task}")
    def judged() -> Any:
        async def score(state: TaskState, target: Target) -> Score:
            said = [state.output.completion]
            judgement = judge(by_id[str(state.sample_id)], said)
            value = float("nan") if judgement.value is None else judgement.value
            return Score(value=value, answer=judgement.answer, explanation=target.text)

        return score

    return judged()


def reason_of(log: "EvalLog") -> str:
    """Say in one line why Inspect stopped: the provider's words, not those of the retries around it."""
    if log.error is None:
        return f"The log ended with status “{log.status}”."
    causes = _CAUSE.findall(log.error.traceback)
    return (causes[-1] if causes else " ".join(log.error.message.split()))[:500]


def collect_answers(log: "EvalLog") -> Answers:
    """Take the answers out of a finished log, which from now on stands alone."""
    by_sample: dict[str, dict[int, str]] = {}
    token_use: dict[str, int] = {"input": 0, "output": 0}
    for sample in log.samples or []:
        by_sample.setdefault(str(sample.id), {})[sample.epoch] = sample.output.completion
        if sample.output.usage is not None:
            token_use["input"] += sample.output.usage.input_tokens
            token_use["output"] += sample.output.usage.output_tokens
    ordered = {key: [said[epoch] for epoch in sorted(said)] for key, said in by_sample.items()}
    path = Path(log.location.removeprefix("file://"))
    for earlier in set(path.parent.glob("*.eval")) - {path}:
        earlier.unlink()
    return Answers(ordered, path, hashlib.sha256(path.read_bytes()).hexdigest(), token_use)
