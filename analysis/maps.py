"""From the stored positions of an analysis to its drawn map."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Mod
from django.utils.safestring import SafeString

from analysis.charts import Dot, MapGroup, opinion_map
from analysis.models import Analysis, OpinionGroup

# More dots than this tell the eye nothing more, and weigh on a phone.
MAX_DOTS = 2500


@dataclass(frozen=True)
class DrawnMap:
    """The map as SVG, and how many of all people have a mark of their own on it."""

    svg: SafeString
    n_drawn: int
    n_people: int

    @property
    def is_sample(self) -> bool:
        return self.n_drawn < self.n_people


def draw_map(analysis: Analysis, groups: list[OpinionGroup]) -> DrawnMap:
    """Draw everyone, or an even sample of a large crowd."""
    shown = describable(groups)
    dots = grayed(sample_dots(analysis, MAX_DOTS), shown)
    title = f"Map of {analysis.n_participants:,} people by how alike they voted"
    svg = opinion_map(title, shown, dots)
    return DrawnMap(svg, len(dots), analysis.n_participants)


def describable(groups: Iterable[OpinionGroup]) -> list[MapGroup]:
    """The groups that are large enough to be shown as such."""
    return [MapGroup(group.number, group.size) for group in groups if not group.is_small]


def grayed(dots: Iterable[Dot], shown: Iterable[MapGroup]) -> list[Dot]:
    """The same people, those of groups that are not shown as people of none."""
    numbers = {group.number for group in shown}
    return [Dot(dot.x, dot.y, dot.group if dot.group in numbers else None) for dot in dots]


def sample_dots(analysis: Analysis, n_most: int) -> list[Dot]:
    """Everyone, or an even sample of about so many people."""
    step = -(-analysis.n_participants // n_most) or 1
    people = analysis.positions.alias(turn=Mod(F("id"), step)).filter(turn=0).order_by("id")
    return [Dot(x, y, group) for x, y, group in people.values_list("x", "y", "group_number")]
