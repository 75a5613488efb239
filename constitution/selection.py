"""Which statements become principles under a rule, and why the others do not."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from analysis.models import Analysis, StatementResult, Support
from constitution.models import Rule
from voting.models import Statement


@dataclass(frozen=True)
class GroupVotes:
    """How one opinion group voted on a statement."""

    group: int
    agree: int
    disagree: int
    passes: int

    @property
    def n_seen(self) -> int:
        return self.agree + self.disagree + self.passes

    @property
    def agreement(self) -> float:
        """Estimated probability of agreeing, (A+1)/(S+2)."""
        return (self.agree + 1) / (self.n_seen + 2)


@dataclass(frozen=True)
class Candidate:
    """A statement with the figures a rule looks at."""

    statement_id: int
    number: int
    text: str
    agree: int
    disagree: int
    passes: int
    gac: float
    level: float
    lower: float
    weakest: float
    by_group: tuple[GroupVotes, ...]

    @property
    def fewest_votes(self) -> int:
        """The votes of the group that voted least; 0 where there is no group."""
        return min((votes.n_seen for votes in self.by_group), default=0)


@dataclass(frozen=True)
class Selection:
    """What a rule keeps, and how many statements fail each of its conditions."""

    chosen: tuple[Candidate, ...]
    n_considered: int
    n_below_level: int
    n_few_votes: int
    n_failing_both: int
    n_over_limit: int
    highest_level: float | None
    sunk: tuple[Candidate, ...] = field(default=(), repr=False)

    @property
    def n_qualified(self) -> int:
        return len(self.chosen) + self.n_over_limit


def select_statements(analysis: Analysis, rule: Rule) -> Selection:
    """Apply a rule (saved or not) to the frozen results; statements rejected since then never qualify."""
    candidates = load_candidates(analysis)
    low = [c for c in candidates if c.level < rule.min_level]
    thin = [c for c in candidates if c.fewest_votes < rule.min_votes_per_group]
    failing = {c.number for c in low} | {c.number for c in thin}
    qualified = sorted((c for c in candidates if c.number not in failing), key=_ordering(rule.order))
    return Selection(
        chosen=tuple(qualified[: rule.max_principles]),
        n_considered=len(candidates),
        n_below_level=len(low),
        n_few_votes=len(thin),
        n_failing_both=len(low) + len(thin) - len(failing),
        n_over_limit=max(len(qualified) - rule.max_principles, 0),
        highest_level=max((c.level for c in candidates), default=None),
        sunk=tuple(c for c in low if c.fewest_votes >= rule.min_votes_per_group),
    )


def _ordering(order: str) -> Callable[[Candidate], tuple[float, int]]:
    """The sort key of an order; equal figures stand by number."""
    figures: dict[str, Callable[[Candidate], float]] = {
        Rule.Order.LEVEL: lambda candidate: -candidate.level,
        Rule.Order.WEAKEST: lambda candidate: -candidate.weakest,
        Rule.Order.NUMBER: lambda candidate: candidate.number,
    }
    return lambda candidate: (figures[order](candidate), candidate.number)


def load_candidates(analysis: Analysis) -> list[Candidate]:
    """Read every statement that may become a principle, by number; two queries."""
    support = _support_by_statement(analysis)
    eligible = Statement.objects.counted_in(analysis.conversation).filter(is_metadata=False)
    results = analysis.results.filter(statement__in=eligible).select_related("statement")
    return [
        _candidate(result, tuple(support[result.statement_id]))
        for result in results.order_by("statement__number")
    ]


def _candidate(result: StatementResult, by_group: tuple[GroupVotes, ...]) -> Candidate:
    return Candidate(
        statement_id=result.statement_id,
        number=result.statement.number,
        text=result.text or result.statement.text,
        agree=result.n_agree,
        disagree=result.n_disagree,
        passes=result.n_pass,
        gac=result.gac,
        level=result.gac_level,
        lower=result.gac_lower,
        weakest=result.weakest_agreement,
        by_group=by_group,
    )


def _support_by_statement(analysis: Analysis) -> dict[int, list[GroupVotes]]:
    rows = Support.objects.filter(group__analysis=analysis).order_by("group__number")
    columns = rows.values_list("statement_id", "group__number", "n_agree", "n_disagree", "n_pass")
    by_statement: dict[int, list[GroupVotes]] = defaultdict(list)
    for statement_id, *figures in columns:
        by_statement[statement_id].append(GroupVotes(*figures))
    return by_statement
