"""Examples for classifiers as a kind of run: its options, its recipe and its rows."""

from typing import Any

from constitution.models import Constitution
from training.classifiers.classes import fields_of_prompt
from training.pipelines import Asked, Options, Pipeline, Recipe

ATTEMPTS = 2
MAX_PARAPHRASES = 5
TASK_VERSION = 1
LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "hi": "Hindi",
    "ja": "Japanese",
    "pt": "Portuguese",
    "ru": "Russian",
    "zh": "Chinese",
}


def make_recipe(_constitution: Constitution, options: Options) -> Recipe:
    """How many paraphrases, and into which languages each message is translated."""
    n_paraphrases = options["paraphrases"]
    if not isinstance(n_paraphrases, int) or not 0 <= n_paraphrases <= MAX_PARAPHRASES:
        raise ValueError(f"paraphrases must be a number from 0 to {MAX_PARAPHRASES}, not {n_paraphrases!r}")
    unknown = [code for code in options["languages"] if code not in LANGUAGES]
    if unknown:
        raise ValueError(f"languages must be among {', '.join(LANGUAGES)}; “{unknown[0]}” is not")
    return {"paraphrases": n_paraphrases, "languages": list(dict.fromkeys(options["languages"]))}


def calls_per_sample(recipe: Recipe) -> int:
    """A message, an answer, and each other form of the message, asked again while it is empty."""
    return ATTEMPTS * (2 + int(recipe["paraphrases"]) + len(recipe["languages"]))


def usual_asks(recipe: Recipe, model: str) -> list[Asked]:
    """What is asked for is usually written the first time."""
    return [Asked(model, calls_per_sample(recipe) / ATTEMPTS)]


def read_result(sample: Any) -> dict[str, Any]:
    """What was written, and whether the model would not write it."""
    return {name: sample.store[name] for name in ("query", "answer", "variants", "flags", "failed")}


PIPELINE = Pipeline(
    kind="classifier",
    task="training.classifiers.writing:classifier_examples",
    task_version=TASK_VERSION,
    instructions=(
        "classifier_query.txt",
        "classifier_answer.txt",
        "classifier_paraphrase.txt",
        "classifier_translation.txt",
    ),
    make_recipe=make_recipe,
    calls_per_sample=calls_per_sample,
    usual_asks=usual_asks,
    read_result=read_result,
    defaults={"paraphrases": 1, "languages": []},
    sample_fields=fields_of_prompt,
)
