"""Long lists lead from page to page, and keep what else the address asks for."""

import re

from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory


def links(n_items, number, query="", **options):
    """The way on from a page of a list with ten items on each."""
    page = Paginator(range(n_items), 10).page(number)
    given = " ".join(f'{name}="{value}"' for name, value in options.items())
    context = Context({"request": RequestFactory().get(f"/?{query}"), "page": page})
    return Template("{% page_links page " + given + " %}").render(context)


def test_one_page_needs_no_way_on():
    assert links(10, 1).strip() == ""


def test_few_pages_are_counted():
    shown = links(30, 2)
    assert "Page 2 of 3" in shown
    assert "<ol" not in shown


def test_of_many_pages_the_ends_and_those_nearby_can_be_chosen():
    numbers = re.findall(r"<li><\w+[^>]*>([^<]+)<", links(200, 9))
    assert numbers == ["1", "…", "8", "9", "10", "…", "20"]


def test_the_rest_of_the_address_is_kept():
    assert 'href="?status=pending&amp;page=3#list" rel="next"' in links(
        30, 2, "status=pending&page=2", anchor="#list"
    )


def test_two_lists_on_one_page_are_turned_apart():
    assert 'href="?page=4&amp;runs=2" rel="next"' in links(30, 1, "page=4", name="runs")
