"""People's labels beside a run's: agreement, and calibration measured on other prompts."""

import pytest

from tests.training.pairs import label_all, make_preference_run, make_sheet
from training.models import LabelCalibration
from training.people import TooFewLabels, fit_calibration, labels_of, people_figures
from training.preferences import iterate_pairs

pytestmark = pytest.mark.usefixtures("var_dir")


def test_agreement_with_the_run_counts_decided_labels_alone():
    sheet = make_sheet(0.9, 0.8, 0.3, 0.5, 0.7, 0.7)
    label_all(sheet, "first", "second", "second", "first", "same", "unsure")
    figures = people_figures(labels_of(sheet.run))
    agreement = figures["with_run"]
    assert (figures["n_labels"], figures["n_same"], figures["n_unsure"]) == (6, 1, 1)
    # Of the three pairs with a preference on either side, the first and the third agree: p_e = 4/9.
    assert agreement["n"] == 3
    assert agreement["share"] == pytest.approx(2 / 3)
    assert agreement["kappa"] == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))


def test_people_are_compared_with_each_other_by_number():
    sheet = make_sheet(0.9, 0.8, 0.7, 0.6)
    label_all(sheet, "first", "first", "second", "second")
    label_all(sheet, "first", "first", "second", "first")
    label_all(sheet, "same")
    (between,) = people_figures(labels_of(sheet.run))["between_people"]
    assert (between["first"], between["second"]) == (1, 2)
    assert between["agreement"]["kappa"] == pytest.approx(0.5)


def test_of_many_people_those_with_most_in_common_are_compared(monkeypatch):
    monkeypatch.setattr("training.people.MOST_COUPLES", 1)
    sheet = make_sheet(0.9, 0.8, 0.7)
    label_all(sheet, "first")
    label_all(sheet, "first", "first", "first")
    label_all(sheet, "first", "second", "first")
    figures = people_figures(labels_of(sheet.run))
    (between,) = figures["between_people"]
    assert (between["first"], between["second"], between["agreement"]["n"]) == (2, 3, 3)
    assert figures["n_couples"] == 3


def test_each_principle_has_its_own_count():
    sheet = make_sheet(0.9, 0.8, 0.7)
    label_all(sheet, "first", "first", "first")
    by_principle = people_figures(labels_of(sheet.run))["by_principle"]
    assert {id: row["n"] for id, row in by_principle.items()} == {1: 1, 2: 1, 3: 1}


def test_calibration_worked_by_hand():
    sheet = make_sheet(0.9, 0.1, 0.6, 0.6)
    label_all(sheet, "first", "second", "first", "second")
    calibration = people_figures(labels_of(sheet.run))["calibration"]
    assert calibration["accuracy"]["value"] == pytest.approx(0.75)
    assert calibration["brier"]["value"] == pytest.approx((0.01 + 0.01 + 0.16 + 0.36) / 4)
    assert calibration["ece"]["value"] == pytest.approx(0.1)
    assert calibration["ece"]["low"] is None, "four prompts are too few for an interval"


def test_without_labels_there_are_no_figures():
    figures = people_figures(labels_of(make_sheet(0.9).run))
    assert figures["calibration"] is None
    assert figures["with_run"]["n"] == 0


@pytest.mark.parametrize("method", ["temperature", "isotonic"])
def test_overconfident_labels_come_nearer_to_people_on_other_prompts(method):
    sheet = make_sheet(*[0.95] * 200)
    label_all(sheet, *["first", "first", "second", "first", "second"] * 40)
    calibration = fit_calibration(run=sheet.run, method=method)
    before, after = (calibration.figures[when]["ece"]["value"] for when in ("before", "after"))
    assert calibration.n_fitted + calibration.n_held_out == 200
    assert calibration.figures["before"]["ece"]["low"] < before < calibration.figures["before"]["ece"]["high"]
    assert before > 0.25
    assert after < 0.12
    assert calibration.figures["after"]["accuracy"] == calibration.figures["before"]["accuracy"]


def test_too_few_labels_fit_no_curve():
    sheet = make_sheet(*[0.9] * 30)
    label_all(sheet, *["first"] * 10, *["same"] * 20)
    with pytest.raises(TooFewLabels, match=r"at least 20 .* there are 10"):
        fit_calibration(run=sheet.run, method="temperature")
    assert not LabelCalibration.objects.exists()


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="temperature, isotonic, not 'magic'"):
        fit_calibration(run=make_sheet(0.9).run, method="magic")


def test_a_stored_curve_changes_labels_and_no_choice():
    run = make_preference_run(12)
    plain = list(iterate_pairs(run))
    changed = list(iterate_pairs(run, calibration={"method": "temperature", "slope": 0.5}))
    assert [pair.chosen for pair in changed] == [pair.chosen for pair in plain]
    moved = [(a.label, b.label) for a, b in zip(plain, changed, strict=True) if a.status == "ok"]
    assert moved
    assert all(0.5 < after < before for before, after in moved)
    assert {pair.calibration for pair in changed if pair.status != "identical"} == {"temperature"}


def test_labels_that_say_nothing_become_ties():
    pairs = list(iterate_pairs(make_preference_run(6), calibration={"method": "temperature", "slope": 0.0}))
    assert {pair.weight for pair in pairs} == {0.0}
