"""The way from page to page of a long list."""

from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest

register = template.Library()

# So many pages are reached one by one; of more, numbers lead to the ends and to those nearby.
FEW_PAGES = 3


@register.inclusion_tag("includes/_pages.html", takes_context=True)
def page_links(
    context: dict[str, Any], page: Page[Any], name: str = "page", anchor: str = "", label: str = ""
) -> dict[str, Any]:
    """{% page_links page %}: previous, next and others, with all else that the address asks for.

    A page with two long lists gives each its own `name` in the address.
    """
    request, paginator = context["request"], page.paginator
    numbers: list[Any] = []
    if paginator.num_pages > FEW_PAGES:
        numbers = list(paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return {
        "page": page,
        "label": label,
        "numbers": [
            (n, "" if n == paginator.ELLIPSIS else address(request, name, n, anchor)) for n in numbers
        ],
        "previous": address(request, name, page.number - 1, anchor),
        "next": address(request, name, page.number + 1, anchor),
    }


def address(request: HttpRequest, name: str, number: int | str, anchor: str) -> str:
    """This address, asking for another page."""
    query = request.GET.copy()
    query[name] = str(number)
    return f"?{query.urlencode()}{anchor}"
