"""A constitution of a thousand principles is read, searched and edited page by page."""

import pytest
from django.urls import reverse

from constitution.models import Constitution, Principle
from constitution.paging import paged, place_of
from constitution.services import UnsettledWording, adopt_constitution
from tests.factories import make_adopted_constitution, make_conversation, make_draft_constitution


@pytest.mark.parametrize(("n", "sizes"), [(75, [75]), (76, [50, 26]), (125, [50, 75]), (126, [50, 50, 26])])
def test_a_usual_constitution_stays_on_one_page(n, sizes):
    paginator = paged(range(n), None).paginator
    assert [len(paginator.page(number)) for number in paginator.page_range] == sizes


@pytest.mark.parametrize("n", [1, 75, 76, 125, 126, 1000])
def test_every_principle_is_on_the_page_that_its_address_names(n):
    principles = range(1, n + 1)
    for position in principles:
        number = place_of(position, n).removeprefix("?page=") or None
        assert position in paged(principles, number)


@pytest.fixture
def town(db, owner):
    return make_conversation(slug="town", owner=owner)


@pytest.fixture
def long_constitution(town):
    return make_adopted_constitution(160, conversation=town)


def read(client, address):
    return client.get(address).content.decode()


def test_a_long_constitution_is_shown_by_pages(client, long_constitution):
    first, second = (read(client, f"/c/town/constitution/1/?page={number}") for number in (1, 2))
    assert first.count('<li id="principle-') == second.count('<li id="principle-') == 50
    assert "promise number 50." in first
    assert "promise number 51." in second
    assert "Principles 51 to 100 of 160." in second
    assert 'rel="next"' in second


def test_the_latest_constitution_is_paged_too(client, long_constitution):
    assert "promise number 160." in read(client, "/c/town/constitution/?page=3")


@pytest.mark.parametrize(("number", "page"), [(1, ""), (50, ""), (51, "?page=2"), (160, "?page=3")])
def test_an_address_leads_to_each_principle(client, long_constitution, number, page):
    answer = client.get(f"/c/town/constitution/1/principles/{number}/")
    assert answer["Location"] == f"/c/town/constitution/1/{page}#principle-{number}"
    assert f'id="principle-{number}"' in read(client, answer["Location"].partition("#")[0])


@pytest.mark.parametrize("number", [0, 161])
def test_a_principle_that_is_not_there_is_not_found(client, long_constitution, number):
    assert client.get(f"/c/town/constitution/1/principles/{number}/").status_code == 404


def test_a_number_leads_to_its_principle(client, long_constitution):
    answer = client.get("/c/town/constitution/1/", {"q": "120"})
    assert answer["Location"].endswith("?page=3#principle-120")


def test_principles_are_found_by_their_words(client, long_constitution):
    page = read(client, "/c/town/constitution/1/?q=PROMISE+number+120.")
    assert page.count('<li id="principle-') == 1
    assert "1 of 160 principles contain" in page
    assert 'value="120"' in page


def test_words_that_no_principle_has_are_said_to_be_missing(client, long_constitution):
    assert "No principle contains these words." in read(client, "/c/town/constitution/1/?q=spaceship")


def test_a_short_constitution_needs_no_search(client, town):
    make_adopted_constitution(75, conversation=town)
    page = read(client, "/c/town/constitution/")
    assert page.count('<li id="principle-') == 75
    assert 'type="search"' not in page


def test_the_files_stay_whole(client, long_constitution):
    assert "promise number 160" in read(client, "/c/town/constitution/1/export/markdown/")


@pytest.fixture
def long_draft(client, town, owner):
    client.force_login(owner)
    return make_draft_constitution(160, conversation=town)


def desk(name, *args):
    return reverse(f"constitution:{name}", args=["town", 1, *args])


def test_a_long_draft_is_edited_by_pages(client, long_draft):
    page = read(client, desk("draft") + "?page=2")
    assert page.count('<li id="principle-') == 50
    assert "promise number 51." in page
    assert page.count(" disabled") == 0


def test_a_principle_that_moves_to_another_page_is_followed(client, long_draft):
    principle = long_draft.principles.get(position=50)
    answer = client.post(desk("move_principle", principle.pk), {"direction": "down"})
    assert answer["Location"] == f"{desk('draft')}?page=2#principle-{principle.pk}"


def test_after_taking_out_the_same_page_is_shown(client, long_draft):
    principle = long_draft.principles.get(position=120)
    assert client.post(desk("remove_principle", principle.pk))["Location"] == f"{desk('draft')}?page=3"


@pytest.fixture
def flagged_draft(long_draft):
    Principle.objects.filter(constitution=long_draft, position__gt=60).update(needs_editing=True)
    return long_draft


def test_what_needs_words_is_listed_by_itself(client, flagged_draft):
    page = read(client, desk("draft") + "?only=flagged")
    assert page.count('<li id="principle-') == 50
    assert "promise number 60." not in page
    assert "and 88 more" in page


def test_before_adopting_only_the_first_that_need_words_are_named(client, flagged_draft):
    page = read(client, desk("adopt"))
    assert page.count("keeps promise number") == 12
    assert "88 more" in page


def test_the_reason_against_adopting_names_the_first_only(flagged_draft):
    with pytest.raises(UnsettledWording) as refused:
        adopt_constitution(constitution=flagged_draft)
    assert "fitted 100 of the principles" in str(refused.value)
    assert len(str(refused.value)) < 300


def test_many_versions_have_pages(client, town, owner):
    client.force_login(owner)
    first = make_draft_constitution(1, conversation=town)
    same = {"conversation": town, "analysis": first.analysis, "rule": first.rule, "title": "A draft"}
    Constitution.objects.bulk_create(Constitution(version=version, **same) for version in range(2, 24))
    assert read(client, "/facilitate/town/constitutions/?page=2").count("Edit and adopt") == 3
    assert "Version 2<" in read(client, "/c/town/constitution/23/?versions=2")
