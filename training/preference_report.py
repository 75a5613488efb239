"""What a preference run says about its own judges: orders, judges and principles compared, with intervals."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from statistics import fmean
from typing import Any

from django.utils import timezone

from training.agreement import agreement_of, mean_effect
from training.models import GenerationRun, PreferenceReport
from training.preferences import PreferencePair, iterate_pairs, turn
from training.results import finished_logs
from training.soft_labels import complete_cells

Figures = dict[str, Any]


@dataclass(frozen=True)
class BothOrders:
    """One judge's word on one pair under one principle: the first answer's probability in either order."""

    prompt: str
    judge: str
    principle: int
    straight: float
    swapped: float


@dataclass
class Found:
    """What is gathered while the pairs stream by."""

    n_pairs: int = 0
    prompts: set[str] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    answered: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    orders: list[BothOrders] = field(default_factory=list)
    judges: list[tuple[str, dict[str, float]]] = field(default_factory=list)
    ties: Counter[int] = field(default_factory=Counter)
    judged: Counter[int] = field(default_factory=Counter)

    def add(self, pair: PreferencePair) -> None:
        """Take in one pair."""
        self.n_pairs += 1
        self.prompts.add(pair.prompt_id)
        self.statuses[pair.status] += 1
        if pair.label_source:
            self.sources[pair.label_source] += 1
        for principle in pair.principle_ids if pair.judgements else ():
            self.judged[principle] += 1
            self.ties[principle] += pair.is_tie()
        for judgement in pair.judgements:
            self.answered[judgement.judge][judgement.status] += 1
        for (judge, principle), both in complete_cells(pair.judgements).items():
            self.orders.append(BothOrders(pair.prompt_id, judge, principle, *both))
        if len(pair.labels_by_judge) > 1:
            self.judges.append((pair.prompt_id, first_better_by_judge(pair)))


def first_better_by_judge(pair: PreferencePair) -> dict[str, float]:
    """By judge, how likely the earlier answer is better: seen from the chosen one, all would agree."""
    return {judge: turn(p, pair.first_is_chosen) for judge, p in pair.labels_by_judge.items()}


def report_of(run: GenerationRun) -> Figures:
    """The figures of a run's finished shards: those kept, or made anew when shards have come since."""
    return kept_report(run) or make_report(run)


def kept_report(run: GenerationRun) -> Figures | None:
    """The figures made before, if they are of all shards that are finished by now."""
    kept = PreferenceReport.objects.filter(run=run, n_shards=len(finished_logs(run))).first()
    return dict(kept.figures) if kept else None


def make_report(run: GenerationRun) -> Figures:
    """Read all pairs, about 7,000 a second, and keep their figures."""
    n_shards = len(finished_logs(run))
    figures = make_figures(iterate_pairs(run))
    fields = {"n_shards": n_shards, "figures": figures, "made_at": timezone.now()}
    PreferenceReport.objects.update_or_create(run=run, defaults=fields)
    return figures


def make_figures(pairs: Iterable[PreferencePair]) -> Figures:
    """All figures as JSON, from the pairs in any order."""
    found = Found()
    for pair in pairs:
        found.add(pair)
    by_judge = group_by(found.orders, lambda both: both.judge)
    by_principle = group_by(found.orders, lambda both: both.principle)
    return {
        "n_pairs": found.n_pairs,
        "n_prompts": len(found.prompts),
        "statuses": dict(found.statuses),
        "sources": dict(found.sources),
        "orders": compare_orders(found.orders),
        "judges": [judge_figures(found, judge, by_judge[judge]) for judge in sorted(found.answered)],
        "between_judges": compare_judges(found.judges),
        "principles": [principle_figures(found, id, by_principle[id]) for id in sorted(found.judged)],
    }


def compare_orders(orders: Sequence[BothOrders]) -> Figures:
    """Whether both orders lead to the same choice, and how much standing first helped.

    A judgement of exactly one half chooses nothing and is left out of the agreement.
    """
    decided = [both for both in orders if both.straight != 0.5 and both.swapped != 0.5]
    told = ((both.prompt, both.straight > 0.5, both.swapped > 0.5) for both in decided)
    effects = [both.straight - both.swapped for both in orders]
    return {
        "agreement": asdict(agreement_of(told)),
        "position": asdict(mean_effect(effects, [both.prompt for both in orders])),
    }


def group_by(orders: Sequence[BothOrders], key: Callable[[BothOrders], Any]) -> dict[Any, list[BothOrders]]:
    """Put together what one judge said, or what was said under one principle."""
    groups: dict[Any, list[BothOrders]] = defaultdict(list)
    for both in orders:
        groups[key(both)].append(both)
    return groups


def judge_figures(found: Found, judge: str, orders: Sequence[BothOrders]) -> Figures:
    """One judge: how often it was asked and could be read, and what its orders say."""
    answered = found.answered[judge]
    return {
        "judge": judge,
        "n_asked": answered.total(),
        "n_read": answered["ok"],
        "n_refused": answered["refused"],
        **compare_orders(orders),
    }


def compare_judges(told: Sequence[tuple[str, dict[str, float]]]) -> list[Figures]:
    """Each two judges over the pairs that both decided, averaged over orders and principles."""
    names = sorted({judge for _, labels in told for judge in labels})
    return [
        {
            "first": first,
            "second": second,
            "agreement": asdict(agreement_of(both_decided(told, first, second))),
        }
        for first, second in combinations(names, 2)
    ]


def both_decided(
    told: Sequence[tuple[str, dict[str, float]]], first: str, second: str
) -> Iterable[tuple[str, bool, bool]]:
    for prompt, labels in told:
        a, b = labels.get(first, 0.5), labels.get(second, 0.5)
        if a != 0.5 and b != 0.5:
            yield prompt, a > 0.5, b > 0.5


def principle_figures(found: Found, principle: int, orders: Sequence[BothOrders]) -> Figures:
    """One principle: its pairs and ties, how sure the judges were under it, and what their orders say."""
    certainties = [abs(both.straight + both.swapped - 1) / 2 + 0.5 for both in orders]
    return {
        "id": principle,
        "n_pairs": found.judged[principle],
        "n_ties": found.ties[principle],
        "certainty": fmean(certainties) if certainties else None,
        **compare_orders(orders),
    }
