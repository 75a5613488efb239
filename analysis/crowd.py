"""The people on the map of an analysis, few enough to draw on a phone, and who stands near a place."""

import math
from collections import Counter
from dataclasses import dataclass

from django.core.cache import cache

from analysis.charts import Dot, MapGroup, Place
from analysis.maps import describable, grayed, sample_dots
from analysis.models import MIN_PEOPLE, Analysis

MAX_DOTS = 600
# An analysis never changes, but people may leave it; after so long their mark is gone too.
SECONDS_KEPT = 300
# The nearest fifth of the people, but neither fewer nor more than so many.
N_NEAR = (MIN_PEOPLE, 25)
# So large a share of the nearest people must be of one group to call it the nearest.
MOSTLY = 0.6


@dataclass(frozen=True)
class Near:
    """The people nearest to a place: how many of them were looked at, and how many are of one group."""

    group: MapGroup
    n_in_group: int
    n_looked_at: int


@dataclass(frozen=True)
class Crowd:
    """An even sample of the people of an analysis, and its groups that are large enough to be described."""

    dots: tuple[Dot, ...] = ()
    groups: tuple[MapGroup, ...] = ()
    n_small_groups: int = 0

    @property
    def is_spread(self) -> bool:
        """Whether people stand in more than one place: otherwise there is nothing to draw."""
        first = self.dots[0] if self.dots else None
        return any(math.dist((dot.x, dot.y), (first.x, first.y)) > 1e-9 for dot in self.dots if first)

    def group(self, number: int | None) -> MapGroup | None:
        return next((group for group in self.groups if group.number == number), None)

    def nearest(self, place: Place) -> Near | None:
        """The group most of the nearest people are in; None where they are of several, or nobody is near."""
        grouped = [
            (math.dist((dot.x, dot.y), place), dot.group) for dot in self.dots if dot.group is not None
        ]
        if not grouped:
            return None
        n_near = min(max(len(grouped) // 5, N_NEAR[0]), N_NEAR[1], len(grouped))
        # People equally far away are all looked at, so that no order decides.
        reach = sorted(away for away, _ in grouped)[n_near - 1] + 1e-9
        near = [group for away, group in grouped if away <= reach]
        number, n_in_group = Counter(near).most_common(1)[0]
        group = self.group(number)
        if group is None or n_in_group < MOSTLY * len(near):
            return None
        return Near(group, n_in_group, len(near))


def find_crowd(analysis: Analysis) -> Crowd:
    """The crowd of an analysis; read from the database once in a few minutes."""
    key = f"analysis.crowd.{analysis.pk}"
    known = cache.get(key)
    if not isinstance(known, Crowd):
        known = read_crowd(analysis)
        cache.set(key, known, SECONDS_KEPT)
    return known


def read_crowd(analysis: Analysis) -> Crowd:
    """Read the crowd; people of groups too small to be described are drawn as people of none."""
    groups = list(analysis.groups.all())
    described = tuple(describable(groups))
    dots = tuple(grayed(sample_dots(analysis, MAX_DOTS), described))
    return Crowd(dots, described, len(groups) - len(described))
