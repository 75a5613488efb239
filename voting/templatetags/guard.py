"""The fields that tell people from programs."""

from django import template

from voting.abuse import HIDDEN_FIELD, TIME_FIELD, stamp_form

register = template.Library()


@register.inclusion_tag("voting/_guard.html")
def guard_fields() -> dict[str, str]:
    """A field nobody sees, and the signed time at which the form was shown."""
    return {"hidden_field": HIDDEN_FIELD, "time_field": TIME_FIELD, "shown_at": stamp_form()}
