"""How sure the groups of an analysis are, in words; the numbers are made by `opinion.uncertainty`."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.models import Analysis

HOLDS, HOLDS_IN_CORE = 0.8, 0.5
IMPUTATIONS = {
    "unscaled": gettext_lazy("Few votes not stretched"),
    "pass": gettext_lazy("Unseen taken for a pass"),  # nosec B105
}


@dataclass(frozen=True)
class Alternative:
    """The same votes with one choice made otherwise."""

    what: str
    likeness: float | None
    percent_kept: int


@dataclass(frozen=True)
class GroupStability:
    """How alike groups come out when people are drawn anew; likeness is an adjusted Rand index."""

    likeness: float
    low: float
    high: float
    n_draws: int
    top_n: int
    alternatives: list[Alternative]

    @property
    def sentence(self) -> str:
        """What a reader should make of it."""
        if self.likeness >= HOLDS:
            return _(
                "These groups hold: with other people of the same public, nearly the same would come out."
            )
        if self.likeness >= HOLDS_IN_CORE:
            return _(
                "These groups hold in their core: with other people of the same public, "
                "many near their edges would be in another group."
            )
        return _(
            "These groups are uncertain: with other people of the same public, "
            "quite different ones might come out. Read with care what is said about them."
        )


def find_stability(analysis: Analysis) -> GroupStability | None:
    """Read how stable the groups are; None where it was not measured or there are fewer than two groups."""
    measured = analysis.uncertainty or {}
    likeness = measured.get("group_agreement", {})
    if likeness.get("median") is None:
        return None
    return GroupStability(
        likeness=likeness["median"],
        low=likeness["low"],
        high=likeness["high"],
        n_draws=measured["n_draws"],
        top_n=measured["top_n"],
        alternatives=_alternatives(measured["sensitivity"]),
    )


def _alternatives(variants: list[dict[str, Any]]) -> list[Alternative]:
    """Every other choice, and of the other random starts the one that changes most."""
    starts = [variant for variant in variants if variant["choice"] == "seed"]
    worst = sorted(starts, key=lambda variant: variant["group_agreement"] or 0.0)[:1]
    others = [variant for variant in variants if variant["choice"] != "seed"]
    return [_alternative(variant, len(starts)) for variant in [*others, *worst]]


def _alternative(variant: dict[str, Any], n_starts: int) -> Alternative:
    words = {
        "k": _("%(k)s groups") % {"k": variant["value"]},
        "seed": _("Another start, worst of %(n)s") % {"n": n_starts},
        "imputation": str(IMPUTATIONS.get(str(variant["value"]), variant["value"])),
    }
    return Alternative(
        what=words[variant["choice"]],
        likeness=variant["group_agreement"],
        percent_kept=round(100 * variant["top_kept"]),
    )
