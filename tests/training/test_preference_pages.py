"""Pages of a preference run: pairs with their labels and principles, filters, agreement and calibration."""

import pytest
from django.urls import reverse

from tests.factories import make_facilitator
from tests.training.pairs import label_all, make_preference_run, make_sheet
from training.folders import run_folder
from training.models import LabelCalibration
from training.preferences import iterate_pairs

pytestmark = pytest.mark.usefixtures("var_dir")


def read(client, name: str, run, **query) -> str:
    return client.get(reverse(f"training:{name}", args=[run.pk]), query).content.decode()


def test_strangers_are_asked_to_sign_in(client):
    run = make_preference_run(1, is_executed=False)
    for name in ("run", "agreement", "label"):
        assert client.get(reverse(f"training:{name}", args=[run.pk])).status_code == 302


def test_a_pair_shows_both_answers_its_label_and_its_principle(reader):
    run = make_preference_run(10)
    pair = next(pair for pair in iterate_pairs(run) if pair.status == "ok")
    page = read(reader, "run", run)
    for words in (
        "Chosen",
        "Rejected",
        "keeps promise number",
        "probability that the chosen answer is better",
    ):
        assert words in page
    assert f"{pair.label:.2f}" in page
    assert "This is a rehearsal" in page


def test_the_list_of_runs_says_what_kind_it_is(reader):
    make_preference_run(1, is_executed=False)
    assert "Preferences, seed 0" in reader.get(reverse("training:runs")).content.decode()


def test_pairs_come_in_pages_and_filters(reader):
    run = make_preference_run(14)
    assert "Pair 13" in read(reader, "run", run, page=2)
    pairs = list(iterate_pairs(run))
    under_two = [pair for pair in pairs if 2 in pair.principle_ids]
    assert read(reader, "run", run, principle=2).count("<article") == min(12, len(under_two))
    n_ties = sum(pair.is_tie() for pair in pairs)
    assert read(reader, "run", run, only="tie").count("<article") == n_ties
    assert "No pair is like this" in read(reader, "run", run, only="missing")


@pytest.mark.parametrize("query", [{"page": "x"}, {"principle": "99"}, {"only": "magic"}, {"page": "-1"}])
def test_strange_questions_show_the_first_page(reader, query):
    assert "Pair 1<" in read(reader, "run", make_preference_run(2), **query)


def test_an_unfinished_run_says_what_will_be_here(reader):
    assert "Pairs appear here when" in read(reader, "run", make_preference_run(1, is_executed=False))
    assert "Figures appear here" in read(reader, "agreement", make_preference_run(2, is_executed=False))


def test_a_run_kept_elsewhere_says_so(reader):
    run = make_preference_run(1)
    run_folder(run).rename(run_folder(run).with_name("elsewhere"))
    assert "They are not here" in read(reader, "run", run)
    assert "its own figures are not here" in read(reader, "agreement", run)


def test_agreement_stands_beside_its_counts(reader):
    judges = [{"model": "rehearsal/demonstration"}, {"model": "rehearsal/second"}]
    page = read(reader, "agreement", make_preference_run(8, judges=judges))
    for words in ("Between judges", "Standing first adds", "Principle by principle", "Nobody has labeled"):
        assert words in page


def test_calibration_is_drawn_with_a_table_beside_it(reader):
    sheet = make_sheet(0.9, 0.1, 0.6, 0.6)
    label_all(sheet, "first", "second", "first", "second")
    page = read(reader, "agreement", sheet.run)
    assert 'class="reliability"' in page
    assert "Labels promise 75 in 100; people chose the same answer in 75 of 100 (4 labels)" in page
    assert "Fit and keep" not in page


def test_only_those_who_run_the_conversation_keep_a_curve(client):
    sheet = make_sheet(*[0.95] * 60)
    label_all(sheet, *["first", "second", "first"] * 20)
    address = reverse("training:calibrate", args=[sheet.run.pk])
    client.force_login(make_facilitator())
    assert client.post(address, {"method": "temperature"}).status_code == 403
    client.force_login(make_facilitator(is_staff=True))
    page = client.post(address, {"method": "temperature"}, follow=True).content.decode()
    assert "one slope of" in page
    assert LabelCalibration.objects.get().n_held_out > 0


def test_too_few_labels_are_explained(staff):
    run = make_sheet(0.9).run
    page = staff.post(reverse("training:calibrate", args=[run.pk]), {"method": "temperature"}, follow=True)
    assert "at least 20 labels" in page.content.decode()


def test_other_kinds_of_run_have_no_such_pages(staff):
    run = make_preference_run(1, is_executed=False)
    type(run).objects.update(kind="revision")
    for name in ("agreement", "label"):
        assert staff.get(reverse(f"training:{name}", args=[run.pk])).status_code == 404
