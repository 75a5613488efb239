"""Keeping prompts: adding them to a set once each, and handing them to runs."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from training.models import GenerationRun, PromptSet, SetPrompt
from training.prompts import Prompt

HELD_OUT_PERCENT = 10
KNOWN_TAGS = ("harmful", "helpful", "benign", "contentious")


class PromptSetRefused(ValueError):
    """The set cannot be kept or used like that; the message says why."""


@dataclass(frozen=True)
class Added:
    """What became of the prompts of a file."""

    n_new: int
    n_duplicates: int


def make_set(*, slug: str, name: str = "", source: str = "", license: str = "") -> PromptSet:
    """The set with this slug, made if it is not there yet."""
    details = {"name": name or slug, "source": source, "license": license}
    return PromptSet.objects.get_or_create(slug=slug, defaults=details)[0]


def add_prompts(
    *, prompt_set: PromptSet, prompts: Iterable[Prompt], run: GenerationRun | None = None
) -> Added:
    """Add those that are not there yet, all or none; case, spaces and signs make no other prompt."""
    rows = [to_row(prompt_set, prompt, run) for prompt in prompts]
    if not rows:
        raise PromptSetRefused("There is no prompt to add.")
    with transaction.atomic():
        before = prompt_set.prompts.count()
        SetPrompt.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        n_new = prompt_set.prompts.count() - before
    return Added(n_new, len(rows) - n_new)


def to_row(prompt_set: PromptSet, prompt: Prompt, run: GenerationRun | None) -> SetPrompt:
    return SetPrompt(
        prompt_set=prompt_set,
        digest=prompt.id,
        likeness=likeness_of(prompt.text),
        text=prompt.text,
        tags=list(prompt.tags),
        source_id=prompt.source_id,
        is_held_out=is_held_out(prompt.text),
        run=run,
    )


def likeness_of(text: str) -> str:
    """A digest that two texts share if only case, space, signs or the way letters are coded differ."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(letter for letter in folded if letter.isalnum())
    return hashlib.sha256((kept or text.strip()).encode()).hexdigest()[:16]


def is_held_out(text: str) -> bool:
    """Whether a prompt is kept for judging and never trained on: by its content, so in every set alike."""
    return int(likeness_of(text), 16) % 100 < HELD_OUT_PERCENT


def prompts_of(
    prompt_set: PromptSet,
    *,
    tags: Sequence[str] = (),
    held_out: bool | None = False,
    limit: int | None = None,
) -> list[Prompt]:
    """The set's prompts for a run: those to train on unless `held_out` says otherwise (None: all)."""
    rows = prompt_set.prompts.all()
    if held_out is not None:
        rows = rows.filter(is_held_out=held_out)
    if tags:
        rows = rows.filter(tags__overlap=list(tags))
    found = [Prompt(row.text, tuple(row.tags), row.source_id) for row in rows[:limit]]
    if not found:
        raise PromptSetRefused(f"No prompt of the set “{prompt_set.slug}” is like that.")
    return found


def describe_set(prompt_set: PromptSet, tags: Sequence[str] = ()) -> str:
    """Where prompts of a set come from, in words: for a run's page and its datasets' cards."""
    licence = f"licence {prompt_set.license}" if prompt_set.license else "no licence named"
    known = "; ".join(filter(None, [prompt_set.source, licence]))
    chosen = f", those tagged {' or '.join(tags)}" if tags else ""
    return f"the prompt set “{prompt_set.slug}”{chosen} ({known})"


def find_set(slug: str) -> PromptSet:
    found = PromptSet.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(PromptSet.objects.values_list("slug", flat=True)) or "none yet"
        raise PromptSetRefused(f"There is no prompt set “{slug}”; there are: {known}.")
    return found
