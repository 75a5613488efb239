"""What an analysis says, in the shapes and words that pages, files and terminals show."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis.charts import vote_bar
from analysis.models import Analysis, OpinionGroup, Support
from analysis.stability import GroupStability, find_stability

# 95 % of a normal distribution lies within this many standard deviations.
Z_95 = 1.959964
SHOWN = 10


def share_interval(n_with: int, n_seen: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a share; the whole range where nobody voted."""
    if n_seen == 0:
        return 0.0, 1.0
    share, z2 = n_with / n_seen, Z_95**2
    middle = (share + z2 / (2 * n_seen)) / (1 + z2 / n_seen)
    half = Z_95 * math.sqrt(share * (1 - share) / n_seen + z2 / (4 * n_seen**2)) / (1 + z2 / n_seen)
    return max(0.0, middle - half), min(1.0, middle + half)


def share_words(n_with: int, n_seen: int) -> str:
    """The interval as a reader says it: "between 78 and 91 in 100"."""
    return _("between %(low)s and %(high)s in 100") % percents(n_with, n_seen)


def percents(n_with: int, n_seen: int) -> dict[str, int]:
    """The ends of the interval, rounded outwards."""
    low, high = share_interval(n_with, n_seen)
    return {"low": math.floor(low * 100), "high": math.ceil(high * 100)}


@dataclass(frozen=True)
class Voices:
    """How some people voted on one statement: a group, everybody else, or all."""

    n_agree: int
    n_pass: int
    n_disagree: int
    letter: str = ""
    is_small: bool = False

    @property
    def n_seen(self) -> int:
        return self.n_agree + self.n_pass + self.n_disagree

    @property
    def agreement(self) -> float:
        """Estimated probability of agreeing, (A+1)/(S+2)."""
        return (self.n_agree + 1) / (self.n_seen + 2)

    @property
    def agrees_clearly(self) -> bool:
        """More than half agree, by more than chance explains."""
        return share_interval(self.n_agree, self.n_seen)[0] > 0.5

    @property
    def css(self) -> str:
        return f"group--{self.letter.lower()}"

    def percent(self, count: int) -> int:
        return round(100 * count / self.n_seen) if self.n_seen else 0

    @property
    def percent_agree(self) -> int:
        return self.percent(self.n_agree)

    @property
    def percent_pass(self) -> int:
        return self.percent(self.n_pass)

    @property
    def percent_disagree(self) -> int:
        return self.percent(self.n_disagree)

    @property
    def agree_words(self) -> str:
        return self._say(_("between %(low)s and %(high)s in 100 agree"), self.n_agree)

    @property
    def disagree_words(self) -> str:
        return self._say(_("between %(low)s and %(high)s in 100 disagree"), self.n_disagree)

    @property
    def pass_words(self) -> str:
        return self._say(_("between %(low)s and %(high)s in 100 pass"), self.n_pass)

    def _say(self, words: str, n_with: int) -> str:
        return words % percents(n_with, self.n_seen) if self.n_seen else _("nobody voted yet")

    @cached_property
    def bar(self) -> SafeString:
        name = _("Group %(letter)s") % {"letter": self.letter} if self.letter else _("Everyone")
        return vote_bar(name, agree=self.n_agree, passed=self.n_pass, disagree=self.n_disagree)

    def without(self, others: "Voices") -> "Voices":
        """These people less the others, who are among them."""
        return Voices(
            n_agree=self.n_agree - others.n_agree,
            n_pass=self.n_pass - others.n_pass,
            n_disagree=self.n_disagree - others.n_disagree,
        )


def pool(voices: Iterable[Voices]) -> Voices:
    """Several groups as one."""
    listed = list(voices)
    return Voices(
        n_agree=sum(part.n_agree for part in listed),
        n_pass=sum(part.n_pass for part in listed),
        n_disagree=sum(part.n_disagree for part in listed),
    )


@dataclass(frozen=True)
class StatementRow:
    """One statement with everybody's votes on it."""

    number: int
    text: str
    everyone: Voices
    groups: tuple[Voices, ...]
    gac: float
    gac_level: float
    gac_lower: float
    weakest_agreement: float

    @property
    def difference(self) -> float:
        """How far apart the groups stand: the largest difference of their estimated agreement."""
        agreements = [voices.agreement for voices in self.groups]
        return max(agreements) - min(agreements) if agreements else 0.0

    @property
    def all_groups_agree(self) -> bool:
        return bool(self.groups) and all(voices.agrees_clearly for voices in self.groups)

    @property
    def level_percent(self) -> int:
        return round(100 * self.gac_level)

    @property
    def difference_percent(self) -> int:
        return round(100 * self.difference)


@dataclass(frozen=True)
class CharacteristicStatement:
    """A statement on which a group differs most from everyone else."""

    row: StatementRow
    side: str
    inside: Voices
    outside: Voices

    @property
    def is_of_most(self) -> bool:
        """More than half of the group are on this side; a list may name another for want of a better one."""
        n_with = self.inside.n_agree if self.side == "agree" else self.inside.n_disagree
        return 2 * n_with > self.inside.n_seen

    @property
    def words(self) -> str:
        return self.inside.agree_words if self.side == "agree" else self.inside.disagree_words

    @property
    def outside_percent(self) -> int:
        return self.outside.percent_agree if self.side == "agree" else self.outside.percent_disagree


@dataclass(frozen=True)
class GroupPortrait:
    """A group and what its people have in common."""

    group: OpinionGroup
    statements: list[CharacteristicStatement]


class Report:
    """An analysis read once (three queries), then asked for its parts."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.groups = list(analysis.groups.all())

    @cached_property
    def rows(self) -> list[StatementRow]:
        voices = _voices_by_statement(self.analysis)
        results = self.analysis.results.order_by("statement__number").select_related("statement")
        return [
            StatementRow(
                number=result.statement.number,
                text=result.text,
                everyone=Voices(result.n_agree, result.n_pass, result.n_disagree),
                groups=tuple(voices[result.statement_id]),
                gac=result.gac,
                gac_level=result.gac_level,
                gac_lower=result.gac_lower,
                weakest_agreement=result.weakest_agreement,
            )
            for result in results
        ]

    @cached_property
    def shared(self) -> list[StatementRow]:
        """Statements every group agrees with, the strongest first."""
        agreed = [row for row in self.rows if row.all_groups_agree]
        return sorted(agreed, key=lambda row: -row.gac_level)

    @property
    def consensus(self) -> list[StatementRow]:
        return self.shared[:SHOWN]

    @property
    def consensus_lede(self) -> str:
        """What the list of consensus is, and how much of it is shown."""
        lede = _("Clearly more than half of every group agree with these statements.")
        if len(self.shared) <= SHOWN:
            return lede
        more = _("These are the strongest %(shown)s of %(total)s.")
        return f"{lede} {more % {'shown': SHOWN, 'total': len(self.shared)}}"

    @property
    def n_ungrouped(self) -> int:
        """People who voted too little to be placed in a group."""
        return self.analysis.n_participants - sum(group.size for group in self.groups)

    @property
    def divisive(self) -> list[StatementRow]:
        """Statements on which the groups stand furthest apart, clearly on different sides or not."""
        apart = sorted(self.rows, key=lambda row: -row.difference)
        return [row for row in apart if row.difference > 0.25][:SHOWN]

    @property
    def uncertain(self) -> list[StatementRow]:
        """Statements that unusually many people passed on."""
        numbers = [item["id"] for item in self.analysis.uncertain]
        return [self._by_number[number] for number in numbers if number in self._by_number][:SHOWN]

    @property
    def portraits(self) -> list[GroupPortrait]:
        return [GroupPortrait(group, self._characteristic(group)) for group in self.groups]

    @property
    def stability(self) -> GroupStability | None:
        """How sure the groups are, where it was measured."""
        return find_stability(self.analysis)

    @property
    def headline(self) -> str:
        """What the page says above everything else."""
        total = self.analysis.n_statements
        if len(self.groups) == 2:
            words = ngettext(
                "Both groups agree on %(n)s of %(total)s statement",
                "Both groups agree on %(n)s of %(total)s statements",
                total,
            )
        elif self.groups[1:]:
            words = ngettext(
                "All %(groups)s groups agree on %(n)s of %(total)s statement",
                "All %(groups)s groups agree on %(n)s of %(total)s statements",
                total,
            )
        else:
            words = ngettext(
                "Most people agree on %(n)s of %(total)s statement",
                "Most people agree on %(n)s of %(total)s statements",
                total,
            )
        return words % {"n": len(self.shared), "total": total, "groups": len(self.groups)}

    @cached_property
    def _by_number(self) -> dict[int, StatementRow]:
        return {row.number: row for row in self.rows}

    def _characteristic(self, group: OpinionGroup) -> list[CharacteristicStatement]:
        if group.is_small:
            return []
        found = []
        for item in self.analysis.representative.get(str(group.number), []):
            row = self._by_number.get(item["id"])
            if row is None:
                continue
            inside = next(voices for voices in row.groups if voices.letter == group.letter)
            outside = pool(row.groups).without(inside)
            found.append(CharacteristicStatement(row, item["side"], inside, outside))
        return [statement for statement in found if statement.is_of_most]


def _voices_by_statement(analysis: Analysis) -> dict[int, list[Voices]]:
    found: dict[int, list[Voices]] = defaultdict(list)
    support = Support.objects.filter(group__analysis=analysis).select_related("group")
    for row in support.order_by("group__number"):
        group = row.group
        voices = Voices(row.n_agree, row.n_pass, row.n_disagree, group.letter, group.is_small)
        found[row.statement_id].append(voices)
    return found
