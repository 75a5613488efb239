"""Critique and revision as a kind of run: its options, its recipe and its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from constitution.export import AS_WORDED, FRAMINGS
from constitution.models import Constitution
from training.asking import check_examples
from training.comparisons import check_count, named_model
from training.critique.index import write_index
from training.pipelines import Asked, Options, Pipeline, Recipe
from training.prompts import Prompt
from training.samples import final_step

ATTEMPTS = 3
TASK_VERSION = 2
MAX_SAMPLES = 16
SELF = "self"
KEEPING = ("last", "best")
DEFAULTS: dict[str, Any] = {
    "rounds": 4,
    "samples": 1,
    "critique": True,
    "framing": AS_WORDED,
    "examples": True,
    "judge": "",
    "keep": "last",
}


@dataclass(frozen=True)
class DrawnPrompt(Prompt):
    """A prompt that is answered several times; dialogues are numbered from 0."""

    draw: int = 0


def make_recipe(constitution: Constitution, options: Options) -> Recipe:
    """The options as the task needs them, and the principles under the ids of the constitution's document."""
    check_options(options)
    rows = constitution.principles.order_by("position")
    return {
        **{name: options[name] for name in ("rounds", "critique", "framing", "keep")},
        "examples": check_examples(options["examples"]),
        "judge": named_judge(options["judge"]),
        "principles": [{"id": row.position, "text": row.text, "weight": row.weight} for row in rows],
    }


def check_options(options: Options) -> None:
    """Refuse values no dialogue can be made with, naming the option."""
    if isinstance(options["rounds"], bool) or not isinstance(options["rounds"], int) or options["rounds"] < 1:
        raise ValueError(f"a run needs at least 1 round, not {options['rounds']}")
    check_count(options, "samples", 1, MAX_SAMPLES)
    if not isinstance(options["critique"], bool):
        raise ValueError(f"the option “critique” must be true or false, not {options['critique']!r}")
    for name, known in (("framing", FRAMINGS), ("keep", KEEPING)):
        if options[name] not in known:
            raise ValueError(f"the option “{name}” must be one of {', '.join(known)}, not {options[name]!r}")
    if options["keep"] == "best" and not options["judge"]:
        raise ValueError("the option “keep” can be best only with a judge: name one in the option “judge”")


def named_judge(judge: str | Mapping[str, Any]) -> dict[str, Any] | None:
    """The judge as the task needs it: none, the run's own model, or one that is named, with its server."""
    if not judge:
        return None
    if judge == SELF:
        return {"name": "the model itself", "model": ""}
    entry = {"model": judge} if isinstance(judge, str) else judge
    if not isinstance(entry, Mapping) or entry.get("constitution"):
        raise ValueError(f"the option “judge” must be self, a model, or an object that names one: {judge!r}")
    return named_model(entry, "judge", "")


def expand(prompts: Sequence[Prompt], options: Options) -> list[Prompt]:
    """Each prompt as often as it is to be answered; the dialogues of one prompt stand together."""
    return list(draws_of(prompts, options["samples"]))


def draws_of(prompts: Sequence[Prompt], n: int) -> Iterator[Prompt]:
    for prompt in prompts:
        yield prompt
        for draw in range(1, n):
            yield DrawnPrompt(prompt.text, prompt.tags, prompt.source_id, draw)


def sample_fields(prompt: Prompt) -> dict[str, Any]:
    """Which dialogue of its prompt this is, so that each has an id, a draw and a seed of its own."""
    return {"draw": prompt.draw} if isinstance(prompt, DrawnPrompt) else {}


def steps_per_round(recipe: Recipe) -> int:
    return 2 if recipe["critique"] else 1


def judgements_per_sample(recipe: Recipe) -> int:
    """Both orders, under the round's principle and under that of each round before it."""
    rounds = int(recipe["rounds"])
    return rounds * (rounds + 1) if recipe["judge"] else 0


def calls_per_sample(recipe: Recipe) -> int:
    """An answer, then the steps of each round, each asked again while it is empty; then the judge's."""
    steps = 1 + steps_per_round(recipe) * int(recipe["rounds"])
    return ATTEMPTS * steps + judgements_per_sample(recipe)


def usual_asks(recipe: Recipe, model: str) -> list[Asked]:
    """An answer and the steps of each round by the model; the letters of the judge, who may be another."""
    own = Asked(model, 1 + steps_per_round(recipe) * int(recipe["rounds"]))
    judged = judgements_per_sample(recipe)
    judge = recipe["judge"]["model"] if judged else ""
    return [own, Asked(judge or model, judged, is_brief=True)] if judged else [own]


def read_result(sample: Any) -> dict[str, Any]:
    """The steps and flags of a logged sample; without an answer and a revision to keep it has failed."""
    steps = sample.store["steps"]
    has_failed = not steps[0]["text"] or final_step(steps) is None
    return {"steps": steps, "flags": sample.store["flags"], "failed": has_failed}


PIPELINE = Pipeline(
    kind="revision",
    task="training.revision:critique_revision",
    task_version=TASK_VERSION,
    instructions=(
        "critique.txt",
        "revision.txt",
        "revision-direct.txt",
        "examples.txt",
        "comparison.txt",
        "comparison-letter.txt",
    ),
    make_recipe=make_recipe,
    calls_per_sample=calls_per_sample,
    usual_asks=usual_asks,
    read_result=read_result,
    defaults=DEFAULTS,
    sample_fields=sample_fields,
    expand=expand,
    after_results=write_index,
)
