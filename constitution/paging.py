"""A long constitution page by page: which principles stand together, and where one of them is."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse

from constitution.models import Constitution
from constitution.presentation import PrincipleView

PER_PAGE = 50
# So many more still stand on the last page: a constitution of the usual 75 principles stays on one.
MOST_OVER = 25


def paged(principles: Any, number: str | None) -> Page[Any]:
    """The page that is asked for; the first or last where there is no such page."""
    return Paginator(principles, PER_PAGE, orphans=MOST_OVER).get_page(number)


def is_long(n_principles: int) -> bool:
    """Whether so many principles are too many for one page, or for a list to choose from."""
    return n_principles > PER_PAGE + MOST_OVER


def place_of(position: int, n_principles: int) -> str:
    """What an address needs to show one of so many principles: "?page=3", or nothing on the first page."""
    n_pages = paged(range(n_principles), None).paginator.num_pages
    page = min((position - 1) // PER_PAGE + 1, n_pages)
    return f"?page={page}" if page > 1 else ""


def principle_address(constitution: Constitution, number: int, n_principles: int) -> str:
    """Where everybody reads this principle."""
    page = reverse("constitution:detail", args=[constitution.conversation.slug, constitution.version])
    return f"{page}{place_of(number, n_principles)}#principle-{number}"


def containing(principles: Iterable[PrincipleView], words: str) -> list[PrincipleView]:
    """Principles that have all these words, in any order and case, in their text or their statements'."""
    wanted = words.casefold().split()
    return [one for one in principles if all(word in text_of(one) for word in wanted)]


def text_of(principle: PrincipleView) -> str:
    return " ".join([principle.text, *(source.text for source in principle.sources)]).casefold()
