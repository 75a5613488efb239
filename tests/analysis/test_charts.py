"""Charts are plain SVG: escaped, labeled, light."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from django.utils.translation import override

from analysis.charts import WIDTH, Dot, MapGroup, convex_hull, element, opinion_map, vote_bar

SVG_LIMIT = 150_000


def crowd(n_people, n_groups=2):
    """People around one middle per group, the last tenth in no group."""
    rng = np.random.default_rng(0)
    groups = [number % n_groups if number < 0.9 * n_people else None for number in range(n_people)]
    return [Dot(*(rng.normal(size=2) + 4 * (group or 0)), group) for group in groups]


def test_text_in_a_chart_is_escaped():
    svg = element("title", "<script>alert(1)</script>", class_='" onload="x')
    assert "<script>" not in svg
    assert 'onload="' not in svg


def test_a_bar_is_as_wide_as_its_shares():
    svg = ElementTree.fromstring(vote_bar("Group A", agree=6, passed=1, disagree=3))
    assert [(bar.get("class"), float(bar.get("width"))) for bar in svg.iter("rect")] == [
        ("vote-agree", 60), ("vote-pass", 10), ("vote-disagree", 30),
    ]  # fmt: skip


def test_a_bar_says_its_numbers_to_screen_readers():
    svg = ElementTree.fromstring(vote_bar("Group A", agree=6, passed=1, disagree=3))
    assert svg.get("role") == "img"
    assert svg.findtext("title") == "Group A: 6 agree, 1 pass, 3 disagree"


def test_a_bar_without_votes_is_empty():
    assert not list(ElementTree.fromstring(vote_bar("Group A", agree=0, passed=0, disagree=0)).iter("rect"))


@pytest.mark.parametrize("n_people", [1, 2, 3, 40, 2_500])
def test_a_map_is_well_formed_and_light(n_people):
    svg = opinion_map("A map", [MapGroup(0, n_people), MapGroup(1, 5)], crowd(n_people))
    assert len(svg.encode()) < SVG_LIMIT
    assert "nan" not in svg
    assert ElementTree.fromstring(svg).findtext("title") == "A map"


def test_a_map_has_no_inline_style():
    svg = opinion_map("A map", [MapGroup(0, 45), MapGroup(1, 45)], crowd(100))
    assert "style=" not in svg


def test_every_group_is_labeled_with_letter_and_size():
    svg = opinion_map("A map", [MapGroup(0, 639), MapGroup(1, 1)], crowd(20))
    texts = [text.text for text in ElementTree.fromstring(svg).iter("text")]
    assert texts == ["A", "639 people", "B", "1 person"]


def test_groups_differ_in_shape_and_not_only_in_color():
    groups = [MapGroup(number, 10) for number in range(5)]
    svg = ElementTree.fromstring(opinion_map("A map", groups, crowd(50, n_groups=5)))
    shapes = {path.get("d").split("m")[1] for path in svg.iter("path") if "mark" in path.get("class")}
    assert len(shapes) == 6


def test_somebody_far_away_stands_at_the_edge():
    dots = [*crowd(500), Dot(1e6, 1e6, 0)]
    svg = ElementTree.fromstring(opinion_map("A map", [MapGroup(0, 1), MapGroup(1, 1)], dots))
    width, height = map(float, svg.get("viewBox").split()[2:])
    marks = [path.get("d") for path in svg.iter("path") if "group--a" in path.get("class")]
    places = [place.split("m")[0].split() for mark in marks for place in mark.split("M")[1:] if "m" in place]
    assert places
    assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in places)


def test_a_map_of_nobody_is_still_a_map():
    assert ElementTree.fromstring(opinion_map("A map", [], [])).findtext("title") == "A map"


def test_a_hull_holds_all_places_and_only_corners():
    square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
    assert set(convex_hull([*square, (1.0, 1.0), (1.0, 0.0)])) == set(square)


def test_the_size_of_a_group_at_the_edge_is_not_cut_off():
    dots = [Dot(-5.0, 0.0, 0)] * 20 + [Dot(5.0, 0.0, 1)] * 20
    groups = [MapGroup(0, 20), MapGroup(1, 20)]
    with override("de"):
        drawn = opinion_map("Karte", groups, dots)
    places = [float(x) for x in re.findall(r'<text class="size" x="([\d.]+)"[^>]*>20 Menschen', drawn)]
    assert len(places) == 2
    assert all(45 < x < WIDTH - 45 for x in places)
