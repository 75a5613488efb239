"""What the page "Where you stand" says to one participant, in words and picture."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis.charts import MapGroup, Place, opinion_map
from analysis.crowd import Crowd, Near
from analysis.models import MIN_PEOPLE, Analysis
from analysis.report import Voices, share_interval

State = Literal["hidden", "few_votes", "no_analysis", "few_people", "next_time", "placed"]
Side = Literal["agree", "disagree"]


@dataclass(frozen=True)
class ComparedStatement:
    """A statement, how some people voted on it, and how the reader did; `own` is None where not at all."""

    number: int
    text: str
    side: Side
    voices: Voices
    own: int | None

    @property
    def n_of_100(self) -> int:
        return self.voices.percent(self._n_with)

    @property
    def low(self) -> int:
        """The least that is likely, in 100, among many more such people."""
        return math.floor(100 * share_interval(self._n_with, self.voices.n_seen)[0])

    @property
    def high(self) -> int:
        return math.ceil(100 * share_interval(self._n_with, self.voices.n_seen)[1])

    @property
    def is_of_most(self) -> bool:
        return 2 * self._n_with > self.voices.n_seen

    @property
    def is_same(self) -> bool:
        return self.own == (1 if self.side == "agree" else -1)

    @property
    def _n_with(self) -> int:
        return self.voices.n_agree if self.side == "agree" else self.voices.n_disagree


@dataclass(frozen=True)
class Likeness:
    """On how many statements the reader and most of a group took the same side, of those both took one on."""

    group: MapGroup
    n_same: int
    n_both: int


@dataclass(frozen=True)
class Comparison:
    """How the reader's votes compare with those of the groups."""

    likenesses: tuple[Likeness, ...] = ()
    typical: tuple[ComparedStatement, ...] = ()
    shared: tuple[ComparedStatement, ...] = ()
    n_shared_voted: int = 0
    n_shared_agreed: int = 0


NOBODY, NOT_COMPARED = Crowd(), Comparison()


@dataclass(frozen=True)
class Standing:
    """A participant among all; without a place, `state` says why there is none to show."""

    state: State
    n_missing: int = 0
    analysis: Analysis | None = None
    crowd: Crowd = NOBODY
    place: Place | None = None
    group: MapGroup | None = None
    is_in_small_group: bool = False
    near: Near | None = None
    comparison: Comparison = NOT_COMPARED

    @property
    def described_group(self) -> MapGroup | None:
        """The reader's own group or, for those in none yet, the one most people near them are in."""
        if self.is_in_small_group:
            return None
        return self.group or (self.near.group if self.near else None)

    @property
    def may_move(self) -> bool:
        """Whether the present votes stand among another group's people than the analysis said."""
        return bool(self.group and self.near and self.near.group != self.group)

    @property
    def n_people(self) -> str:
        return intcomma(self.analysis.n_participants) if self.analysis else ""

    @property
    def likeness(self) -> Likeness | None:
        """How alike the reader and the described group voted."""
        found = (each for each in self.comparison.likenesses if each.group == self.described_group)
        return next(found, None)

    @property
    def headline(self) -> str:
        """What the map shows."""
        said = {"people": self.n_people}
        if len(self.crowd.groups) == 1 and not self.crowd.n_small_groups:
            return _("You and the others voted much alike: all %(people)s people are one group") % said
        if self.group:
            said |= {"letter": self.group.letter, "size": intcomma(self.group.size)}
            return _("You are one of %(size)s of %(people)s people who vote alike: group %(letter)s") % said
        if self.is_in_small_group:
            return _("You are one of a few among %(people)s people who vote alike") % said
        if self.near:
            return _("The people nearest to you are mostly in group %(letter)s") % {
                "letter": self.near.group.letter
            }
        return _("You stand between the groups")

    @property
    def words(self) -> str:
        """The place in words, for those who do not see the map."""
        near, likeness = self.near, self.likeness
        said = [self.headline + "."]
        if near:
            said.append(
                _("Of the %(n)d people nearest to you on the map, %(inside)d are in group %(letter)s.")
                % {"n": near.n_looked_at, "inside": near.n_in_group, "letter": near.group.letter}
            )
        if likeness and likeness.n_both:
            said.append(
                ngettext(
                    "You and most of group %(letter)s took the same side on %(same)d of %(n)d statement.",
                    "You and most of group %(letter)s took the same side on %(same)d of %(n)d statements.",
                    likeness.n_both,
                )
                % {"letter": likeness.group.letter, "same": likeness.n_same, "n": likeness.n_both}
            )
        return " ".join(said)

    @cached_property
    def map(self) -> SafeString | None:
        """The map with the reader's own dot; None where all people stand in one place."""
        if self.place is None or not self.crowd.is_spread:
            return None
        groups, dots = self.crowd.groups, self.crowd.dots
        return opinion_map(self.headline, groups, dots, own=self.place, described=self.words)

    @property
    def least_people(self) -> int:
        return MIN_PEOPLE
