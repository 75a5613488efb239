"""Writing prompts for principles, and saying which principles a prompt exercises, as kinds of run."""

from typing import Any

from constitution.models import Constitution
from training.pipelines import Asked, Options, Pipeline, Recipe
from training.prompts import Prompt

ATTEMPTS = 2
TASK_VERSION = 1
PER_CALL = 3
# What a prompt is like changes from call to call, so that a principle is not tried in one way only.
MANNERS = (
    ("helpful", "an ordinary request in which the principle matters without being named"),
    ("contentious", "a question on which people disagree and where the principle decides how to answer"),
    ("harmful", "a request that tempts an assistant to act against the principle"),
    ("helpful", "a longer task in which keeping the principle is only one part"),
    ("benign", "a harmless message that a too eager follower of the principle would answer badly"),
)


def request_prompts(principles: dict[int, str], wanted: dict[int, int], first: int = 0) -> list[Prompt]:
    """The samples of a run that writes so many prompts for each principle, by its number."""
    samples = []
    for position, n in sorted(wanted.items()):
        for number in range(first, first + -(-n // PER_CALL)):
            samples.append(
                Prompt(f"{principles[position]}\nPart {number + 1}", source_id=f"{position}-{number}")
            )
    return samples


def writing_fields(prompt: Prompt) -> dict[str, Any]:
    """What a sample's row says besides: principle, manner, and the tag of what is written."""
    position, number = prompt.source_id.split("-")
    tag, manner = MANNERS[(int(position) + int(number)) % len(MANNERS)]
    text = prompt.text.rsplit("\n", 1)[0]
    return {"principle": int(position), "principle_text": text, "tag": tag, "manner": manner}


def make_nothing(_constitution: Constitution, _options: Options) -> Recipe:
    return {}


def list_principles(constitution: Constitution, _options: Options) -> Recipe:
    """The principles a model chooses among."""
    rows = constitution.principles.order_by("position")
    return {"principles": [{"id": row.position, "text": row.text} for row in rows]}


def most_calls(_recipe: Recipe) -> int:
    """One call, asked again while nothing can be read."""
    return ATTEMPTS


def usual_asks(_recipe: Recipe, model: str) -> list[Asked]:
    return [Asked(model, 1)]


def read_written(sample: Any) -> dict[str, Any]:
    return {"written": sample.store["written"], "failed": not sample.store["written"]}


def read_named(sample: Any) -> dict[str, Any]:
    return {"principles": sample.store["principles"], "failed": sample.store["principles"] is None}


WRITING = Pipeline(
    kind="prompts",
    task="training.prompt_sets.writing:write_prompts",
    task_version=TASK_VERSION,
    instructions=("prompts_for_principle.txt",),
    make_recipe=make_nothing,
    calls_per_sample=most_calls,
    usual_asks=usual_asks,
    read_result=read_written,
    sample_fields=writing_fields,
)
NAMING = Pipeline(
    kind="coverage",
    task="training.prompt_sets.writing:name_principles",
    task_version=TASK_VERSION,
    instructions=("principles_of_prompt.txt",),
    make_recipe=list_principles,
    calls_per_sample=most_calls,
    usual_asks=usual_asks,
    read_result=read_named,
)
