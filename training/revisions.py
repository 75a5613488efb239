"""Critique and revision as a kind of run: its options, its recipe and its rows."""

from typing import Any

from constitution.models import Constitution
from training.pipelines import Options, Pipeline, Recipe
from training.samples import is_readable_revision

ATTEMPTS = 3
TASK_VERSION = 1


def make_recipe(constitution: Constitution, options: Options) -> Recipe:
    """The rounds, and the principles under the ids of the constitution's document."""
    if options["rounds"] < 1:
        raise ValueError(f"a run needs at least 1 round, not {options['rounds']}")
    rows = constitution.principles.order_by("position")
    principles = [{"id": row.position, "text": row.text, "weight": row.weight} for row in rows]
    return {"rounds": options["rounds"], "principles": principles}


def calls_per_sample(recipe: Recipe) -> int:
    """An answer, then a critique and a revision in each round, each asked again while it is empty."""
    return ATTEMPTS * (1 + 2 * int(recipe["rounds"]))


def usual_calls_per_sample(recipe: Recipe) -> float:
    """An answer, then a critique and a revision in each round."""
    return 1 + 2 * float(recipe["rounds"])


def read_result(sample: Any) -> dict[str, Any]:
    """The steps and flags of a logged sample; without an answer and a readable revision it has failed."""
    steps = sample.store["steps"]
    has_failed = not steps[0]["text"] or not any(map(is_readable_revision, steps))
    return {"steps": steps, "flags": sample.store["flags"], "failed": has_failed}


PIPELINE = Pipeline(
    kind="revision",
    task="training.revision:critique_revision",
    task_version=TASK_VERSION,
    instructions=("critique.txt", "revision.txt", "examples.txt"),
    make_recipe=make_recipe,
    calls_per_sample=calls_per_sample,
    usual_calls_per_sample=usual_calls_per_sample,
    read_result=read_result,
    defaults={"rounds": 4},
)
