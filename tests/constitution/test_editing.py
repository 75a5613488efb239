"""A draft is changed by people, on record."""

import pytest

from constitution.editing import WordingRefused, edit_principle, move_principle, remove_principle
from constitution.services import AlreadyAdopted, draft_constitution

pytestmark = pytest.mark.django_db


def word(principle, text="Choose the response that puts kindness first.", **fields):
    return edit_principle(principle=principle, text=text, framing="positive", **fields)


def test_wording_settles_the_flag_and_keeps_the_statement(draft, owner):
    principle = word(draft.principles.get(needs_editing=True), by=owner)
    principle.refresh_from_db()
    assert not principle.needs_editing
    assert principle.sources.get().original_text == "Kindness above all"


def test_every_change_is_on_record(draft, owner):
    principle = draft.principles.first()
    word(principle, weight=2.0, rationale="Asked for twice.", by=owner)
    kinds = set(draft.edits.values_list("kind", flat=True))
    assert kinds == {"wording", "weight", "rationale"}
    assert draft.edits.get(kind="wording").before == "Choose the response that tells the truth."
    assert draft.edits.first().made_by == owner


@pytest.mark.parametrize("text", ["", "Be kind.", "Choose the response", "Choose the response  "])
def test_words_that_are_no_principle_are_refused(draft, text):
    with pytest.raises(WordingRefused):
        word(draft.principles.first(), text)


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_a_senseless_weight_is_refused(draft, weight):
    with pytest.raises(WordingRefused):
        word(draft.principles.first(), weight=weight)


def test_a_principle_moves_up_and_down(draft):
    first, second = draft.principles.all()[:2]
    move_principle(principle=second, step=-1)
    assert list(draft.principles.all()[:2]) == [second, first]
    move_principle(principle=second, step=1)
    assert draft.principles.first() == first


def test_at_the_ends_nothing_moves(draft):
    move_principle(principle=draft.principles.first(), step=-1)
    move_principle(principle=draft.principles.last(), step=1)
    assert not draft.edits.exists()


def test_taking_one_out_closes_the_gap_and_is_remembered(draft):
    gone = draft.principles.all()[1]
    remove_principle(principle=gone)
    assert list(draft.principles.values_list("position", flat=True)) == [1, 2, 3]
    assert draft.edits.get().before == gone.text


def test_an_edited_draft_is_not_given_out_as_a_fresh_one(draft, analysis, rule):
    move_principle(principle=draft.principles.first(), step=1)
    assert draft_constitution(analysis=analysis, rule=rule).version == 2


def test_an_adopted_constitution_takes_no_edits(adopted):
    principle = adopted.principles.first()
    for change in (word, remove_principle):
        with pytest.raises(AlreadyAdopted):
            change(principle) if change is word else change(principle=principle)
    with pytest.raises(AlreadyAdopted):
        move_principle(principle=principle, step=1)
