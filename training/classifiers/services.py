"""Making a classifier from a run's examples, and asking it about a text."""

import time
from collections.abc import Collection
from statistics import median
from typing import Any

import numpy as np

from constitution.models import Constitution
from training.classifiers.classes import class_prompts, classes_of
from training.classifiers.examples import Example, everyday_examples, examples_of
from training.classifiers.fitting import (
    Weights,
    check_numbers,
    fit,
    held_out_scores,
    in_the_gap,
    score,
    split_by_group,
    threshold_at,
)
from training.classifiers.judging import judge
from training.classifiers.storage import folder, read_weights, write_weights
from training.models import ContentClassifier, GenerationRun
from training.prompts import DEMONSTRATION, read_prompts
from training.services import iterate_rows, start_run
from voting.version import CODE_VERSION

N_TIMED = 200


class RunUnsuitable(ValueError):
    """No classifier can be made from this run; the message says why."""


def start_examples(
    *,
    constitution: Constitution,
    model: str,
    n_per_class: int = 100,
    principles: Collection[int] = (),
    paraphrases: int = 1,
    languages: Collection[str] = (),
    **how: Any,
) -> GenerationRun:
    """Return the run that writes so many examples for each class of the constitution. Asks no model yet."""
    return start_run(
        constitution=constitution,
        kind=GenerationRun.Kind.CLASSIFIER,
        prompts=class_prompts(classes_of(constitution, principles), n_per_class),
        model=model,
        options={"paraphrases": paraphrases, "languages": list(languages)},
        **how,
    )


def train_classifier(
    *, run: GenerationRun, reads: str = ContentClassifier.Reads.QUERY, benign_refusal_rate: float = 0.02
) -> ContentClassifier:
    """Fit and set the threshold on 70 in 100 messages, judge on the others; the same is found again."""
    check_run(run, reads, benign_refusal_rate)
    known = run.classifiers.filter(reads=reads, benign_refusal_rate=benign_refusal_rate).first()
    if known is not None:
        return known
    training, test = read_examples(run, reads)
    scores = held_out_scores(training)
    restricted = np.array([example.is_restricted for example in training])
    threshold = in_the_gap(threshold_at(scores[~restricted], benign_refusal_rate), scores[restricted])
    weights = fit(training)
    figures = judge(test, score(weights, [example.text for example in test]), threshold)
    name, sha256 = write_weights(weights)
    figures |= {"n_training": len(training), "overhead": measure(weights, test), "bytes": size_of(name)}
    return ContentClassifier.objects.create(
        run=run,
        reads=reads,
        benign_refusal_rate=benign_refusal_rate,
        threshold=threshold,
        figures=figures,
        weights=name,
        weights_sha256=sha256,
        code_version=CODE_VERSION,
    )


def check_examples(run: GenerationRun, reads: str, benign_refusal_rate: float) -> None:
    """Raise a ValueError that says why no classifier can be made of the run like this."""
    check_run(run, reads, benign_refusal_rate)
    read_examples(run, reads)


def read_examples(run: GenerationRun, reads: str) -> tuple[list[Example], list[Example]]:
    """The examples to learn from and those to judge by."""
    everyday = everyday_examples(read_prompts(DEMONSTRATION).prompts, reads)
    training, test = split_by_group([*examples_of(iterate_rows(run), reads), *everyday])
    check_numbers(training, test)
    return training, test


def check_run(run: GenerationRun, reads: str, benign_refusal_rate: float) -> None:
    """Refuse what no classifier can be made of."""
    if run.kind != GenerationRun.Kind.CLASSIFIER:
        raise RunUnsuitable(f"Run {run.pk} makes {run.get_kind_display()}, not classifier data.")
    if run.status != GenerationRun.Status.FINISHED:
        raise RunUnsuitable(f"Run {run.pk} is {run.status}: a classifier needs a finished one.")
    if reads not in ContentClassifier.Reads.values:
        known = ", ".join(ContentClassifier.Reads.values)
        raise RunUnsuitable(f"reads must be one of {known}, not “{reads}”")
    if not 0 < benign_refusal_rate < 1:
        raise RunUnsuitable(f"benign_refusal_rate must lie between 0 and 1, not {benign_refusal_rate}")


def assess(classifier: ContentClassifier, text: str) -> tuple[float, bool]:
    """The probability that a text is restricted, and whether it is refused."""
    weights = read_weights(classifier.weights, classifier.weights_sha256)
    probability = float(score(weights, [text])[0])
    return probability, probability > classifier.threshold


def measure(weights: Weights, examples: list[Example]) -> dict[str, float]:
    """Milliseconds that judging one text takes here: what a gate adds to every answer."""
    times = []
    for example in examples[:N_TIMED]:
        began = time.perf_counter()
        score(weights, [example.text])
        times.append(1000 * (time.perf_counter() - began))
    return {"median_ms": round(median(times), 2), "longest_ms": round(max(times), 2)}


def size_of(name: str) -> int:
    return (folder() / name).stat().st_size
