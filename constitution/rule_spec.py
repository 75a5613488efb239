"""A rule as one types it: a saved rule's name, or level=0.85,min_votes=10,max=75,order=level."""

from typing import Any

from constitution.models import Rule
from constitution.services import RuleRefused, save_rule

_PARAMETERS = {
    "level": ("min_level", float),
    "min_votes": ("min_votes_per_group", int),
    "max": ("max_principles", int),
    "order": ("order", str),
    "name": ("name", str),
}


def read_rule(spec: str) -> Rule:
    """Fetch the named rule, or save the one with these parameters (the usual ones where not given)."""
    if "=" in spec:
        return save_rule(**_read_parameters(spec))
    rule = Rule.objects.filter(name=spec).first()
    if rule is None:
        names = ", ".join(Rule.objects.values_list("name", flat=True)) or "none yet"
        raise RuleRefused(
            f"There is no rule “{spec}”. Saved rules: {names}. Or give parameters: {', '.join(_PARAMETERS)}."
        )
    return rule


def _read_parameters(spec: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for part in spec.split(","):
        key, _, value = (piece.strip() for piece in part.partition("="))
        if key not in _PARAMETERS:
            raise RuleRefused(f"A rule has no “{key}”; it has {', '.join(_PARAMETERS)}.")
        name, kind = _PARAMETERS[key]
        try:
            given[name] = kind(value)
        except ValueError as error:
            raise RuleRefused(f"“{value}” is no {key}: expected a number.") from error
    return given
