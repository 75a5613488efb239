"""Which principle each prompt exercises, how well each principle is covered, and people's spot checks."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.utils import timezone

from constitution.models import Constitution, Principle
from training.calibration import wilson_interval
from training.models import Exercise, PromptSet, SetPrompt
from training.prompt_sets.services import KNOWN_TAGS

# Below this cosine, words that a prompt and a principle share are mostly chance (docs/training.md).
LEAST_LIKENESS = 0.15
MOST_PRINCIPLES = 3
BATCH = 2000


@dataclass(frozen=True)
class CoveredPrinciple:
    """A principle, and how many prompts exercise it: in all, held out, by tag and by who found them."""

    principle: Principle
    n: int
    n_held_out: int
    by_tag: dict[str, int]
    by_finder: dict[str, int]


def coverage_of(constitution: Constitution, prompt_set: PromptSet | None = None) -> list[CoveredPrinciple]:
    """Every principle in its order; what a person found wrong does not count."""
    chosen = Q(exercises__is_right=None) | Q(exercises__is_right=True)
    if prompt_set is not None:
        chosen &= Q(exercises__prompt__prompt_set=prompt_set)
    counts: dict[str, Any] = {
        "n": Count("exercises", filter=chosen),
        "n_held_out": Count("exercises", filter=chosen & Q(exercises__prompt__is_held_out=True)),
    }
    for tag in KNOWN_TAGS:
        counts[f"tag_{tag}"] = Count("exercises", filter=chosen & Q(exercises__prompt__tags__contains=[tag]))
    for finder in Exercise.FoundBy.values:
        counts[f"by_{finder}"] = Count("exercises", filter=chosen & Q(exercises__found_by=finder))
    return [to_covered(row) for row in constitution.principles.order_by("position").annotate(**counts)]


def to_covered(row: Any) -> CoveredPrinciple:
    return CoveredPrinciple(
        principle=row,
        n=row.n,
        n_held_out=row.n_held_out,
        by_tag={tag: getattr(row, f"tag_{tag}") for tag in KNOWN_TAGS},
        by_finder={name: getattr(row, f"by_{name}") for name in Exercise.FoundBy.values},
    )


def gaps(covered: Iterable[CoveredPrinciple], at_least: int) -> dict[int, int]:
    """How many prompts each principle still lacks, by its number; those with enough are left out."""
    return {row.principle.position: at_least - row.n for row in covered if row.n < at_least}


def note_exercises(
    *, constitution: Constitution, pairs: Iterable[tuple[int, int, float | None]], found_by: str
) -> int:
    """Keep pairs of prompt id, principle id and score; known ones stay as they are. How many are new."""
    rows = [
        Exercise(
            prompt_id=prompt,
            principle_id=principle,
            constitution=constitution,
            found_by=found_by,
            score=score,
        )
        for prompt, principle, score in pairs
    ]
    before = constitution.exercises.count()
    Exercise.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    return constitution.exercises.count() - before


def find_by_similarity(*, constitution: Constitution, prompt_set: PromptSet) -> int:
    """Note which principles share telling words with each prompt; a first guess without a model."""
    principles = list(constitution.principles.order_by("position").prefetch_related("sources__statement"))
    prompts = list(prompt_set.prompts.values_list("pk", "text"))
    if not principles or not prompts:
        return 0
    found_by = Exercise.FoundBy.SIMILARITY
    if not constitution.is_adopted():
        # A draft's wording changes; what only its earlier words were like counts no longer.
        constitution.exercises.filter(
            prompt__prompt_set=prompt_set, found_by=found_by, checked_at=None
        ).delete()
    told = [words_of(principle) for principle in principles]
    places = similar(told, [text for _, text in prompts])
    pairs = [(prompts[row][0], principles[column].pk, score) for row, column, score in places]
    return note_exercises(constitution=constitution, pairs=pairs, found_by=found_by)


def words_of(principle: Principle) -> str:
    """A principle's words and those of the statements behind it, without the words all principles share."""
    statements = " ".join(source.statement.text for source in principle.sources.all())
    return f"{principle.text.removeprefix('Choose the response that')} {statements}"


def similar(principles: Sequence[str], prompts: Sequence[str]) -> list[tuple[int, int, float]]:
    """The most similar principles of each prompt, by cosine of TF-IDF over words and their beginnings.

    Returns
    -------
    list of (prompt, principle, cosine), at most MOST_PRINCIPLES a prompt, none below LEAST_LIKENESS.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(4, 5), sublinear_tf=True, max_df=0.5 if len(principles) > 3 else 1.0
    )
    of_principles = vectorizer.fit_transform(principles)
    cosines = (vectorizer.transform(prompts) @ of_principles.T).tocsr()
    found: list[tuple[int, int, float]] = []
    for row in range(cosines.shape[0]):
        part = slice(cosines.indptr[row], cosines.indptr[row + 1])
        likest = sorted(zip(cosines.data[part], cosines.indices[part], strict=True), reverse=True)
        found += [
            (row, int(column), float(score))
            for score, column in likest[:MOST_PRINCIPLES]
            if score >= LEAST_LIKENESS
        ]
    return found


def next_check(constitution: Constitution, seed: int = 0) -> Exercise | None:
    """An exercise nobody has checked yet, drawn so that everybody who asks gets the same."""
    waiting = list(constitution.exercises.filter(checked_at=None).values_list("pk", flat=True))
    if not waiting:
        return None
    chosen = random.Random(f"{seed} {constitution.pk} {len(waiting)}").choice(waiting)  # nosec B311
    return Exercise.objects.select_related("prompt", "principle").get(pk=chosen)


def check_exercise(*, exercise: Exercise, is_right: bool | None, by: User) -> None:
    """Keep what a person says (None: cannot say); saying it again replaces it."""
    Exercise.objects.filter(pk=exercise.pk).update(
        is_right=is_right, checked_by=by, checked_at=timezone.now()
    )


def checked_share(constitution: Constitution) -> dict[str, dict[str, Any]]:
    """Of the checked exercises, how many were right, by who found them, with Wilson's interval."""
    shares = {}
    rows = constitution.exercises.exclude(is_right=None).values("found_by")
    for row in rows.annotate(n=Count("pk"), k=Count("pk", filter=Q(is_right=True))).order_by("found_by"):
        low, high = wilson_interval(row["k"], row["n"])
        shares[row["found_by"]] = {"k": row["k"], "n": row["n"], "low": low, "high": high}
    return shares


def prompts_by_likeness(prompt_set: PromptSet, likenesses: Iterable[str]) -> dict[str, int]:
    """The ids of a set's prompts, by their likeness."""
    rows = SetPrompt.objects.filter(prompt_set=prompt_set, likeness__in=list(likenesses))
    return dict(rows.values_list("likeness", "pk"))
