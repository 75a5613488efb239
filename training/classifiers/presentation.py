"""A classifier's figures in words and rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.classifiers.examples import EVERYDAY
from training.classifiers.generation import LANGUAGES
from training.models import ContentClassifier


@dataclass(frozen=True)
class Line:
    """A class or a form, and how much of it is refused."""

    name: str
    is_restricted: bool
    share: str
    interval: str
    count: str
    principle: int | None = None


def title_of(classifier: ContentClassifier) -> str:
    """What the curve shows, at the chosen threshold."""
    figures = classifier.figures
    recall, benign = figures["recall"]["value"], figures["benign_refusals"]["value"]
    return f"{in_hundred(recall)} restricted texts are refused, and {in_hundred(benign)} permitted ones"


def class_lines(classifier: ContentClassifier) -> list[Line]:
    """Each principle's two classes, in the order of the constitution (a query)."""
    texts = dict(classifier.run.constitution.principles.values_list("position", "text"))
    found = sorted(
        classifier.figures["by_class"].items(), key=lambda entry: (int(entry[0].split("-")[0]), entry[0])
    )
    return [to_line(class_name(key, texts), key, share) for key, share in found]


def class_name(key: str, texts: Mapping[int, str]) -> str:
    number = int(key.split("-")[0])
    return "Everyday messages" if key == EVERYDAY else f"{number}. {texts[number]}"


def form_lines(classifier: ContentClassifier) -> list[Line]:
    """Originals, paraphrases and translations, each of both sides."""
    return [
        to_line(form_name(key.rsplit("-", 1)[0]), key, share)
        for key, share in sorted(classifier.figures["by_form"].items())
    ]


def to_line(name: str, key: str, share: Mapping[str, Any]) -> Line:
    first, side = key.rsplit("-", 1)
    low, high = share["low"], share["high"]
    return Line(
        name=name,
        is_restricted=side == "restricted",
        share=in_hundred(share["value"]),
        interval=f"{100 * low:.0f} to {100 * high:.0f}" if low is not None else "–",
        count=f"{share['k']} of {share['n']}",
        principle=int(first) if first.isdigit() else None,
    )


def form_name(form: str) -> str:
    names = {"original": "As written", "paraphrase": "In other words"}
    return names.get(form) or f"In {LANGUAGES.get(form, form)}"


def in_hundred(share: float | None) -> str:
    """A share as people say it: 93 in 100; one decimal where it is small."""
    if share is None:
        return "none of"
    shown = f"{100 * share:.1f}".rstrip("0").rstrip(".") if share < 0.1 else f"{100 * share:.0f}"
    return f"{shown} in 100"
