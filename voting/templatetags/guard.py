"""The fields that tell people from programs."""

from typing import Any

from django import template

from voting.abuse import HIDDEN_FIELD, TIME_FIELD, stamp_form

register = template.Library()


@register.inclusion_tag("voting/_guard.html", takes_context=True)
def guard_fields(context: dict[str, Any]) -> dict[str, str]:
    """A field nobody sees, and the signed time at which the form was first shown to its writer."""
    request = context.get("request")
    shown_at = request.POST.get(TIME_FIELD, "") if request else ""
    return {"hidden_field": HIDDEN_FIELD, "time_field": TIME_FIELD, "shown_at": shown_at or stamp_form()}
