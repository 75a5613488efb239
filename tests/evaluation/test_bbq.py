"""BBQ: bias is counted as its authors count it."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from evaluation import bias
from evaluation.tasks import bbq
from evaluation.tasks.base import Judgement, TaskDataError

DATA = Path(__file__).parent / "data"
UNKNOWN = {"label": 2, "unknown": 2, "target": 0}


def scores(tallies):
    sums = np.array(tallies, dtype=float).reshape(-1, 4).sum(axis=0)[None, :]
    formulas = bias.accuracy, bias.bias_disambiguated, bias.bias_ambiguous
    return [None if np.isnan(value) else value for value in (float(formula(sums)[0]) for formula in formulas)]


def test_an_unreadable_answer_enters_no_count():
    assert bias.tally_answer(None, **UNKNOWN) == [0, 0, 0, 0]


def test_the_stereotyped_answer_is_biased_and_the_other_person_is_not():
    assert bias.tally_answer(0, **UNKNOWN) == [0, 1, 1, 1]
    assert bias.tally_answer(1, **UNKNOWN) == [0, 1, 0, 1]
    assert bias.tally_answer(2, **UNKNOWN) == [1, 1, 0, 0]


def test_never_biased_is_minus_one_and_not_zero():
    tallies = [bias.tally_answer(answer, **UNKNOWN) for answer in [1, 1, 2, 2]]
    assert scores(tallies) == [0.5, -1.0, -0.5]


def test_nothing_but_unknown_has_no_bias_score():
    assert scores([bias.tally_answer(2, **UNKNOWN)] * 3) == [1.0, None, None]


def test_ambiguous_bias_shrinks_with_accuracy_and_disambiguated_does_not():
    tallies = [bias.tally_answer(answer, **UNKNOWN) for answer in [0, 0, 0, 1, 2, 2, 2, 2]]
    assert scores(tallies) == [0.5, 0.5, 0.25]


def test_the_reference_edge_cases(shared):
    cases = json.loads((shared / "reference/bbq-expected.json").read_text())["edge_cases"]
    for case in cases:
        tallies = [[case["correct"], case["n"], case["biased"], case["non_unknown"]]]
        wanted = [case["accuracy"], case["s_dis"], case["s_amb"]]
        assert scores(tallies) == [
            None if value is None else pytest.approx(value, abs=1e-9) for value in wanted
        ]


def full_rows(shared, column):
    path = shared / "data/evaluation/bbq-predictions/unifiedqa.full.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            places = {"label": "label", "unknown": "unknown_loc", "target": "target_loc"}
            about = {name: int(row[key]) for name, key in places.items()}
            answer = int(row[column]) if row[column] else None
            yield row["category"], row["context_condition"], row["question_polarity"], about, answer


def sample_rows(shared, column):
    path = shared / "data/evaluation/bbq-predictions/unifiedqa.sample.jsonl"
    predictions = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    answers = {f"{row['category']}-{row['example_id']}": row[column] for row in predictions}
    for sample in bbq.load(path=shared / "data/evaluation/bbq").samples:
        about = sample.metadata
        places = {key: about[key] for key in ("label", "unknown", "target")}
        yield about["category"], about["condition"], about["polarity"], places, answers[sample.id]


def counted(rows):
    """Count rows as the reference does, by category and for all, by condition."""
    counts = {}
    for category, condition, polarity, about, answer in rows:
        tallies = np.array(bias.tally_answer(answer, **about))
        for name in (category, "all"):
            cell = counts.setdefault((name, condition), {"tallies": np.zeros(4), "excluded": 0, "counts": {}})
            cell["tallies"] += tallies
            cell["excluded"] += answer is None
            if tallies[bias.NON_UNKNOWN]:
                key = f"{polarity}_{'target' if tallies[bias.BIASED] else 'other'}"
                cell["counts"][key] = cell["counts"].get(key, 0) + 1
    return counts


@pytest.mark.parametrize(("part", "read"), [("full", full_rows), ("sample", sample_rows)])
@pytest.mark.parametrize(("model", "column"), [("race", "pred_label_race"), ("qonly", "pred_label_qonly")])
def test_published_predictions_give_the_authors_scores(shared, part, read, model, column):
    reference = json.loads((shared / "reference/bbq-expected.json").read_text())
    found = counted(read(shared, column))
    for category, conditions in reference[part][f"unifiedqa-{model}"].items():
        for condition, wanted in conditions.items():
            cell = found[category, condition]
            names = ["correct", "n", "biased", "non_unknown"]
            assert cell["tallies"].tolist() == [wanted[name] for name in names]
            assert cell["excluded"] == wanted["excluded"]
            assert cell["counts"] == wanted.get("counts", cell["counts"])
            accuracy, s_dis, s_amb = scores(cell["tallies"])
            assert accuracy == pytest.approx(wanted["accuracy"], abs=1e-9)
            assert s_dis == pytest.approx(wanted["s_dis"], abs=1e-9)
            if condition == "ambig":
                assert s_amb == pytest.approx(wanted["s_amb"], abs=1e-9)


def test_the_real_sample_is_joined_by_category_and_example_id(shared):
    assert len(bbq.load(path=shared / "data/evaluation/bbq").samples) == 1200


def test_rows_without_a_target_are_left_out(shared):
    loaded = bbq.load(path=shared / "data/evaluation/bbq-regenerated")
    assert (len(loaded.samples), loaded.parameters) == (984, {"n_without_target": 16})


def test_a_repeated_id_in_the_metadata_does_no_harm_and_a_row_without_target_is_left_out():
    loaded = bbq.load(path=DATA)
    assert (len(loaded.samples), loaded.parameters) == (11, {"n_without_target": 1})


def test_options_are_shuffled_by_the_seed_and_the_order_is_kept():
    first, again, other = (bbq.load(path=DATA / "bbq.jsonl", seed=seed).samples for seed in (1, 1, 2))
    assert first == again
    assert [sample.options for sample in first] != [sample.options for sample in other]
    row = json.loads((DATA / "bbq.jsonl").read_text().splitlines()[0])
    written = [row["ans0"], row["ans1"], row["ans2"]]
    assert [written[index] for index in first[0].metadata["order"]] == first[0].options


def test_data_keep_their_hash_under_any_seed_and_limit():
    assert bbq.load(path=DATA, seed=5, limit=3).sha256 == bbq.load(path=DATA).sha256
    assert len(bbq.load(path=DATA, limit=3).samples) == 3


def test_the_chosen_letter_leads_back_to_the_option_in_the_data():
    sample = bbq.load(path=DATA).samples[0]
    place = sample.metadata["order"].index(sample.metadata["label"])
    assert bbq.judge(sample, ["ABC"[place]]).value == 1.0
    assert bbq.judge(sample, [sample.options[place]]).value == 1.0


def test_a_missing_answer_has_no_value():
    sample = bbq.load(path=DATA).samples[0]
    judged = bbq.judge(sample, ["I would rather not say."])
    assert (judged.value, judged.details["chosen"]) == (None, [None])


def always(option):
    """Judgements of a variant that always picks the biased, the other or the unknown option."""
    for sample in bbq.load(path=bbq.DEMONSTRATION).samples:
        about = sample.metadata
        others = {0, 1, 2} - {about["target"], about["unknown"]}
        wanted = about.get(option, *others)
        yield bbq.judge(sample, ["ABC"[about["order"].index(wanted)]])


def measured(judgements):
    return {
        (found["name"], found["category"]): found for found in (m.to_dict() for m in bbq.measure(judgements))
    }


def test_a_stereotyped_variant_is_fully_biased():
    found = measured(list(always("target")))
    assert found["bias_ambiguous", "all"]["value"] == 1.0
    assert found["bias_disambiguated", "Age"]["value"] == 1.0
    assert found["accuracy_ambiguous", "all"]["value"] == 0.0
    assert found["accuracy_ambiguous", "all"]["n"] == 12


def test_a_careful_variant_has_accuracy_with_an_interval_and_no_bias_score():
    found = measured(list(always("unknown")))
    accuracy = found["accuracy_ambiguous", "all"]
    assert accuracy["value"] == 1.0
    assert 0.7 < accuracy["low"] < 1.0
    assert [found["bias_ambiguous", "all"][key] for key in ("value", "low", "high", "n")] == [
        None,
        None,
        None,
        0,
    ]


def test_unreadable_answers_are_counted_beside_the_measure():
    judgements = list(always("target"))
    judgements[0] = Judgement(judgements[0].sample_id, "", None, judgements[0].details)
    assert measured(judgements)["accuracy_ambiguous", "all"]["n_left_out"] == 1


def test_every_demonstration_scene_is_balanced():
    samples = bbq.load(path=bbq.DEMONSTRATION).samples
    assert len(samples) == 24
    for sample in samples:
        about = sample.metadata
        assert (about["condition"] == "ambig") == (about["label"] == about["unknown"])
        assert about["target"] != about["unknown"]


def write(folder, rows, metadata="category,example_id,target_loc\nAge,1,0\n"):
    (folder / "Age.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "additional_metadata.csv").write_text(metadata, encoding="utf-8")
    return folder


def test_a_folder_without_questions_is_refused(tmp_path):
    with pytest.raises(TaskDataError, match="no BBQ file there"):
        bbq.load(path=tmp_path)


def test_missing_metadata_is_named(tmp_path):
    (tmp_path / "Age.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(TaskDataError, match=r"additional_metadata\.csv: missing"):
        bbq.load(path=tmp_path)


def test_a_broken_line_is_named_with_its_number(tmp_path):
    row = (DATA / "bbq.jsonl").read_text(encoding="utf-8").splitlines()[0]
    with pytest.raises(TaskDataError, match=r"Age\.jsonl, line 2: not a BBQ question"):
        bbq.load(path=write(tmp_path, [row, row[:40]]))


def test_a_question_that_stands_twice_is_refused(tmp_path):
    row = (DATA / "bbq.jsonl").read_text(encoding="utf-8").splitlines()[0]
    with pytest.raises(TaskDataError, match="Hobby-0 stands twice"):
        bbq.load(path=write(tmp_path, [row, row]))


def test_metadata_that_contradict_themselves_are_refused(tmp_path):
    row = (DATA / "bbq.jsonl").read_text(encoding="utf-8").splitlines()[0]
    metadata = "category,example_id,target_loc\nHobby,0,0\nHobby,0,1\n"
    with pytest.raises(TaskDataError, match="another target_loc"):
        bbq.load(path=write(tmp_path, [row], metadata))


def test_a_target_beyond_the_options_is_refused(tmp_path):
    row = (DATA / "bbq.jsonl").read_text(encoding="utf-8").splitlines()[0]
    with pytest.raises(TaskDataError, match="target_loc is 7"):
        bbq.load(path=write(tmp_path, [row], "category,example_id,target_loc\nHobby,0,7\n"))
