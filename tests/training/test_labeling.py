"""Labeling by people: which pairs are drawn, in which order each person sees them, and one label each."""

from random import Random

import pytest
from django.db import IntegrityError, transaction

from tests.factories import make_facilitator
from tests.training.pairs import label_all, make_preference_run, make_sheet
from training.labeling import (
    Candidate,
    NothingToLabel,
    draw_sheet,
    draw_strata,
    first_stands_left,
    last_label,
    next_item,
    progress_of,
    random_part,
    save_label,
    withdraw_label,
)
from training.models import LabelSheet, PairLabel
from training.preferences import iterate_pairs

CANDIDATES = [Candidate(f"pair-{n}", 1 + n % 3, (n % 50) / 100) for n in range(300)]


class TestDrawing:
    def test_every_principle_and_certainty_is_there_alike(self):
        drawn = draw_strata(CANDIDATES, 90, Random(1))
        counts = {name: list(drawn.values()).count(name) for name in set(drawn.values())}
        assert len(counts) == 9
        assert set(counts.values()) == {10}

    def test_the_beginning_is_spread_like_the_whole(self):
        assert len(set(list(draw_strata(CANDIDATES, 90, Random(1)).values())[:9])) == 9

    def test_the_seed_settles_it_and_the_order_of_pairs_does_not(self):
        turned = list(reversed(CANDIDATES))
        assert draw_strata(CANDIDATES, 20, Random(4)) == draw_strata(turned, 20, Random(4))
        assert draw_strata(CANDIDATES, 20, Random(4)) != draw_strata(CANDIDATES, 20, Random(5))

    def test_a_rare_principle_gives_all_it_has(self):
        rare = [*CANDIDATES, Candidate("rare", 9, 0.2)]
        assert "rare" in draw_strata(rare, 30, Random(2))

    def test_of_a_large_run_a_random_part_is_looked_at(self):
        wanted, other = random_part(1, 0.2), random_part(2, 0.2)
        kept = {id for id in map(str, range(2000)) if wanted(id)}
        assert 300 < len(kept) < 500
        assert kept != {id for id in map(str, range(2000)) if other(id)}
        assert all(map(random_part(1, 5.0), map(str, range(100))))

    def test_no_more_is_drawn_than_there_is(self):
        assert len(draw_strata(CANDIDATES[:5], 90, Random(1))) == 5
        assert draw_strata([], 90, Random(1)) == {}


@pytest.mark.usefixtures("var_dir")
class TestSheet:
    def test_a_sheet_holds_the_pairs_as_they_were_judged(self):
        run = make_preference_run(8)
        sheet = draw_sheet(run=run, n_items=5, n_core=2)
        pairs = {pair.id: pair for pair in iterate_pairs(run)}
        assert sheet.items.count() == 5
        for item in sheet.items.all():
            pair = pairs[item.pair_id]
            chosen = item.first if pair.first_is_chosen else item.second
            assert chosen == pair.chosen.text
            assert max(item.label, 1 - item.label) == pytest.approx(pair.label)

    def test_it_is_drawn_once(self):
        run = make_preference_run(4)
        assert draw_sheet(run=run, seed=1) == draw_sheet(run=run, seed=2)
        assert LabelSheet.objects.get().seed == 1

    def test_nothing_is_drawn_from_an_unfinished_run(self):
        with pytest.raises(NothingToLabel, match="is not finished"):
            draw_sheet(run=make_preference_run(2, is_executed=False))

    def test_a_run_without_labels_has_nothing_to_draw(self, monkeypatch):
        monkeypatch.setattr("training.rehearsal.pick", lambda kind, number: "Always the same.")
        with pytest.raises(NothingToLabel, match="holds no pair"):
            draw_sheet(run=make_preference_run(2))

    def test_a_core_beyond_the_sample_is_refused(self):
        with pytest.raises(ValueError, match="between 1 and 10 pairs, not 11"):
            draw_sheet(run=make_preference_run(2), n_items=10, n_core=11)


@pytest.mark.usefixtures("var_dir")
class TestLabels:
    def test_the_core_comes_first_then_what_fewest_have_labeled(self):
        sheet = make_sheet(0.9, 0.8, 0.7, 0.6, n_core=2)
        label_all(sheet, "first", "first", "first")
        person = make_facilitator()
        seen = []
        while (item := next_item(sheet, person)) is not None:
            seen.append(item.position)
            save_label(item=item, labeler=person, choice="same")
        assert seen == [1, 2, 4, 3]

    def test_saying_it_again_replaces_what_was_said(self):
        sheet, person = make_sheet(0.9), make_facilitator()
        item = next_item(sheet, person)
        for choice in ("first", "first", "second"):
            save_label(item=item, labeler=person, choice=choice)
        assert [label.choice for label in PairLabel.objects.all()] == ["second"]

    def test_the_database_keeps_one_label_per_person_and_pair(self):
        sheet = make_sheet(0.9)
        person = label_all(sheet, "first")
        with pytest.raises(IntegrityError), transaction.atomic():
            label_all(sheet, "second", labeler=person)

    def test_the_last_label_can_be_taken_back(self):
        sheet, person = make_sheet(0.9, 0.8), make_facilitator()
        item = next_item(sheet, person)
        save_label(item=item, labeler=person, choice="first")
        assert last_label(sheet, person).item == item
        assert withdraw_label(item=item, labeler=person)
        assert not withdraw_label(item=item, labeler=person)
        assert next_item(sheet, person) == item

    def test_sides_are_drawn_for_each_person_and_stay(self):
        sheet = make_sheet(*[0.9] * 60)
        person, other = make_facilitator(), make_facilitator()
        items = list(sheet.items.all())
        sides = [first_stands_left(item, person) for item in items]
        assert 15 < sum(sides) < 45
        assert sides == [first_stands_left(item, person) for item in items]
        assert sides != [first_stands_left(item, other) for item in items]

    def test_progress_counts_what_is_left_of_the_core(self):
        sheet = make_sheet(0.9, 0.8, 0.7, n_core=2)
        person = label_all(sheet, "first")
        progress = progress_of(sheet, person)
        assert (progress.n_done, progress.n_items, progress.n_core_left) == (1, 3, 1)

    def test_an_unknown_choice_is_refused(self):
        sheet = make_sheet(0.9)
        with pytest.raises(ValueError, match="not 'left'"):
            save_label(item=sheet.items.get(), labeler=make_facilitator(), choice="left")
