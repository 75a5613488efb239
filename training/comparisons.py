"""Preferences as a kind of run: its options, its recipe, its rows, and the words of a comparison."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from random import Random
from typing import Any

from constitution.export import comparison_request, export_constitution
from constitution.models import Constitution
from training.asking import read_instruction
from training.pipelines import Asked, Options, Pipeline, Recipe
from training.prompts import Prompt
from training.providers import check_model, provider_of
from training.soft_labels import CLAMP, TIE_MARGIN, clamp

ATTEMPTS = 3
TASK_VERSION = 1
MAX_ANSWERS = 8
LETTER_TOKENS = 16
PAIRINGS = ("all", "adjacent")
LABELS = ("auto", "samples")
FRAMINGS = ("positive", "negative")
PLACE = re.compile(r"\{(instruction|request|a|b|ending)\}")
DEFAULTS: dict[str, Any] = {
    "answers": 2,
    "answerers": [],
    "answers_of": "",
    "pairs": "all",
    "principles": 1,
    "judges": [],
    "label": "auto",
    "samples": 5,
    "reasoning": False,
    "framing": "positive",
    "tie_margin": TIE_MARGIN,
}


def make_recipe(constitution: Constitution, options: Options) -> Recipe:
    """The options as the task needs them, and the principles under the ids of the constitution's document."""
    check_options(options)
    system = export_constitution(constitution, "prompt")
    judges = [named_model(entry, "judges", system) for entry in options["judges"]]
    check_judges(options["judges"])
    rows = constitution.principles.order_by("position")
    return {
        **{name: options[name] for name in DEFAULTS if name not in ("answerers", "judges", "tie_margin")},
        "answerers": [named_model(entry, "answerers", system) for entry in options["answerers"]],
        "judges": judges,
        "max_letter_tokens": LETTER_TOKENS,
        "clamp": list(CLAMP),
        "principle_rows": [{"id": row.position, "text": row.text, "weight": row.weight} for row in rows],
    }


def check_options(options: Options) -> None:
    """Refuse values no comparison can be made with, naming the option."""
    check_count(options, "answers", 2, MAX_ANSWERS)
    check_count(options, "principles", 1, 100)
    check_count(options, "samples", 1, 100)
    for name, known in (("pairs", PAIRINGS), ("label", LABELS), ("framing", FRAMINGS)):
        if options[name] not in known:
            raise ValueError(f"the option “{name}” must be one of {', '.join(known)}, not {options[name]!r}")
    margin = options["tie_margin"]
    if not isinstance(margin, int | float) or not 0 <= margin < 0.5:
        raise ValueError(f"the option “tie_margin” must be at least 0 and below 0.5, not {margin!r}")


def check_count(options: Options, name: str, least: int, most: int) -> None:
    value = options[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"the option “{name}” must be between {least} and {most}, not {value!r}")


def named_model(entry: Mapping[str, Any], option: str, system: str) -> dict[str, Any]:
    """One model that answers or judges: its name, its server, and the constitution as system prompt."""
    unknown = sorted(set(entry) - {"model", "base_url", "constitution"})
    if unknown or "model" not in entry:
        raise ValueError(
            f"each of the option “{option}” is an object with “model” and, where wanted, “base_url” and "
            f"“constitution”; found {sorted(entry)}"
        )
    base_url = entry.get("base_url", "")
    check_model(entry["model"], base_url=base_url)
    given = bool(entry.get("constitution"))
    told = {"name": name_of(entry), "model": entry["model"], "base_url": base_url}
    return told | {"system": system if given else ""}


def name_of(entry: Mapping[str, Any]) -> str:
    """How a model is told from others in labels and tables."""
    return f"{entry['model']}, given the constitution" if entry.get("constitution") else str(entry["model"])


def check_judges(judges: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a judge named twice: its words could not be told apart."""
    names = [name_of(judge) for judge in judges]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"the option “judges” names {twice} twice")


def calls_per_sample(recipe: Recipe) -> int:
    """Answers, each asked again while empty; then every pair, principle, judge, order and repetition."""
    n_answers = int(recipe["answers"])
    n_pairs = len(pairs_of(n_answers, recipe["pairs"]))
    n_judgements = n_pairs * n_principles(recipe) * max(1, len(recipe["judges"])) * 2
    asked = 0 if recipe["answers_of"] else ATTEMPTS * n_answers
    return int(asked + n_judgements * int(recipe["samples"]))


def usual_asks(recipe: Recipe, model: str) -> list[Asked]:
    """The answers, by those who answer in turn; then every judge's word on every pair, in both orders."""
    n_answers = 0 if recipe["answers_of"] else int(recipe["answers"])
    answerers = [entry["model"] for entry in recipe["answerers"]] or [model]
    asks = [Asked(answerers[number % len(answerers)], 1) for number in range(n_answers)]
    n_judged = 2 * len(pairs_of(int(recipe["answers"]), recipe["pairs"])) * n_principles(recipe)
    for judge in [entry["model"] for entry in recipe["judges"]] or [model]:
        repeats = 1 if gives_probabilities(judge, recipe) else int(recipe["samples"])
        asks.append(Asked(judge, n_judged * repeats, is_brief=not recipe["reasoning"]))
    return asks


def gives_probabilities(judge: str, recipe: Recipe) -> bool:
    """Whether the judge's provider usually sends log-probabilities, so that one answer is enough."""
    return recipe["label"] == "auto" and provider_of(judge) in ("openai", "openai-api")


def n_principles(recipe: Recipe) -> int:
    """How many principles each pair is judged under: as many as asked for, as far as there are any."""
    return min(int(recipe["principles"]), len(recipe["principle_rows"]))


def pairs_of(n_answers: int, pairing: str) -> list[tuple[int, int]]:
    """Which answers are compared: each with each, or each with the next."""
    places = range(n_answers)
    return list(combinations(places, 2) if pairing == "all" else pairwise(places))


def draw_ensemble(principles: Sequence[dict[str, Any]], n: int, draw: Random) -> list[dict[str, Any]]:
    """Draw n different principles by weight (Efraimidis and Spirakis 2006: the largest of u^(1/weight))."""
    keyed = [(draw.random() ** (1 / principle["weight"]), principle) for principle in principles]
    keyed.sort(key=lambda pair: pair[0], reverse=True)
    return [principle for _, principle in keyed[:n]]


def ask_to_compare(
    principle: str, request: str, options: tuple[str, str], *, framing: str, reasoning: bool
) -> str:
    """The whole message to the judge. Texts are put in once, so braces inside them stay as they are."""
    ending = "comparison-reasoning.txt" if reasoning else "comparison-letter.txt"
    parts = {
        "instruction": comparison_request(principle, for_the_worse=framing == "negative"),
        "request": request,
        "a": options[0],
        "b": options[1],
        "ending": read_instruction(ending),
    }
    return PLACE.sub(lambda match: parts[match[1]], read_instruction("comparison.txt"))


def p_of_first(p_a: float, *, is_swapped: bool, framing: str, bounds: tuple[float, float] | None) -> float:
    """From the probability of option A to that of the first answer being better.

    Swapped, the first answer was option B; asked for the worse one, A is the option that lost. `bounds` are
    those of labels after reasoning.
    """
    p = 1 - p_a if is_swapped != (framing == "negative") else p_a
    return p if bounds is None else clamp(p, bounds)


def sample_fields(prompt: Prompt) -> dict[str, Any]:
    """The answers that an earlier run wrote to this prompt, where they are to be judged."""
    return {"given_answers": list(getattr(prompt, "answers", ()))}


def read_result(sample: Any) -> dict[str, Any]:
    """Answers and comparisons of a logged sample; without one readable pair it has failed."""
    comparisons = sample.store["comparisons"]
    answers = sample.store["answers"]
    has_failed = not any(is_usable(answers, comparison) for comparison in comparisons)
    return {"answers": answers, "comparisons": comparisons, "failed": has_failed}


def is_usable(answers: Sequence[dict[str, Any]], comparison: Mapping[str, Any]) -> bool:
    """Whether a comparison was read in both orders, or needed no judge."""
    if answers[comparison["first"]]["text"] == answers[comparison["second"]]["text"]:
        return True
    read = [told for told in comparison["judgements"] if told["p_first"] is not None]
    orders = {(told["judge"], told["principle"], told["is_swapped"]) for told in read}
    return any((judge, principle, not is_swapped) in orders for judge, principle, is_swapped in orders)


PIPELINE = Pipeline(
    kind="preference",
    task="training.preference:preference",
    task_version=TASK_VERSION,
    instructions=("comparison.txt", "comparison-letter.txt", "comparison-reasoning.txt"),
    make_recipe=make_recipe,
    calls_per_sample=calls_per_sample,
    usual_asks=usual_asks,
    read_result=read_result,
    defaults=DEFAULTS,
    sample_fields=sample_fields,
)
