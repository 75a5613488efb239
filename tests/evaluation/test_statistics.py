"""How sure a measured number is."""

import json

import numpy as np
import pytest

from evaluation.statistics import (
    bootstrap_interval,
    bootstrap_mean_interval,
    effective_n,
    holm,
    js_distance,
    paired_difference,
    ratio,
    sum_by_cluster,
    wilson_interval,
)


def test_equal_distributions_are_no_distance_apart():
    assert js_distance([1, 2, 3], [2, 4, 6]) == pytest.approx(0, abs=1e-7)


def test_distributions_without_a_shared_option_are_one_apart():
    assert js_distance([1, 0, 0], [0, 3, 1]) == pytest.approx(1)


def test_the_distance_is_the_root_of_the_divergence_in_bits():
    # p = (1, 0), q = (½, ½), m = (¾, ¼): (log2(4/3) + ½·log2(2/3) + ½·log2(2)) / 2 = 0.3112781 bits
    assert js_distance([1, 0], [1, 1]) == pytest.approx(np.sqrt(0.31127812445913283))


def test_many_distances_at_once_equal_one_by_one():
    p, q = np.array([[1, 0, 0], [1, 1, 2]]), np.array([[0, 1, 1], [3, 1, 0]])
    together = js_distance(p, q)
    assert together.shape == (2,)
    assert together.tolist() == [float(js_distance(p[0], q[0])), float(js_distance(p[1], q[1]))]


@pytest.mark.parametrize("bad", [[0, 0], [-1, 2], [np.nan, 1]])
def test_a_distribution_without_weight_or_with_negative_weight_is_refused(bad):
    with pytest.raises(ValueError, match="distribution needs"):
        js_distance(bad, [1, 1])


def test_distances_equal_the_reference(shared):
    cases = json.loads((shared / "reference/jensen-shannon-expected.json").read_text())["cases"]
    assert len(cases) == 20
    for case in cases:
        assert js_distance(case["p"], case["q"]) == pytest.approx(case["js_distance_base2"], abs=1e-7)


def test_survey_distances_equal_the_reference(shared):
    expected = json.loads((shared / "reference/opinions-expected.json").read_text())["opinionqa"]
    rows = (shared / "data/evaluation/opinions/opinionqa/questions.jsonl").read_text().splitlines()
    questions = {row["key"]: row for row in map(json.loads, rows)}
    for case in expected:
        row = questions[case["key"]]
        democrats, republicans = row["counts"]["Democrat"][:-1], row["counts"]["Republican"][:-1]
        wanted = case["democrat_republican"]["js_distance_base2"]
        assert js_distance(democrats, republicans) == pytest.approx(wanted, abs=1e-7)
        acted = row["gpt4"]["Democrat"]["distribution"][:-1]
        wanted = case["gpt4_as_democrat__democrat"]["js_distance_base2"]
        assert js_distance(acted, democrats) == pytest.approx(wanted, abs=1e-7)


def test_country_distances_equal_the_reference(shared):
    expected = json.loads((shared / "reference/opinions-expected.json").read_text())["globalopinions"]
    path = shared / "data/evaluation/opinions/globalopinions/questions.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row, case in zip(rows, expected, strict=True):
        first, second = list(row["selections"].values())[:2]
        assert js_distance(first, second) == pytest.approx(case, abs=1e-7)


def test_wilson_interval_of_half_of_ten():
    assert wilson_interval(5, 10) == pytest.approx((0.2365931, 0.7634069), abs=1e-7)


def test_wilson_interval_stays_open_where_all_answers_are_alike():
    low, high = wilson_interval(10, 10)
    assert (low, high) == pytest.approx((0.7224672, 1.0), abs=1e-7)


def test_wilson_interval_refuses_more_successes_than_trials():
    with pytest.raises(ValueError, match="3 of 2"):
        wilson_interval(3, 2)


def test_answers_alike_within_templates_are_worth_one_each():
    hits = [1, 1, 1, 1, 0, 0, 0, 0] * 5
    clusters = [f"template {index // 4}" for index in range(40)]
    assert effective_n(hits, [1] * 40, clusters) == pytest.approx(10)


def test_answers_without_clustering_keep_their_number():
    assert effective_n([1, 0, 1, 0], [1] * 4, list("abcd")) == pytest.approx(4)


def test_bootstrap_is_repeatable_and_holds_the_mean():
    values = np.linspace(0, 1, 50)
    low, high = bootstrap_mean_interval(values, random_state=3)
    assert (low, high) == bootstrap_mean_interval(values, random_state=3)
    assert 0.35 < low < 0.5 < high < 0.65


def test_bootstrap_interval_holds_the_truth_about_as_often_as_promised():
    random = np.random.default_rng(0)
    samples = random.normal(0.3, 1, size=(300, 40))
    intervals = [bootstrap_mean_interval(sample, n_draws=500) for sample in samples]
    assert 0.90 < np.mean([low < 0.3 < high for low, high in intervals]) < 0.98


def test_one_item_gives_no_interval():
    assert bootstrap_interval(np.array([[1.0, 1.0]]), ratio) is None


def test_order_of_items_does_not_matter():
    tallies, clusters = np.array([[1.0, 2], [3, 4], [5, 6]]), ["b", "a", "b"]
    assert sum_by_cluster(tallies, clusters).tolist() == [[3, 4], [6, 8]]
    assert sum_by_cluster(tallies[::-1], clusters[::-1]).tolist() == [[3, 4], [6, 8]]


def test_inputs_are_left_as_they_were():
    a, b = np.ones((6, 2)), np.ones((6, 2))
    paired_difference(a, b, list("abcdef"), ratio)
    assert (a == 1).all()
    assert (b == 1).all()


def tally(values):
    return np.column_stack([values, np.ones(len(values))]).astype(float)


def test_equal_answers_give_no_difference():
    same = tally([1, 0, 1, 1])
    found = paired_difference(same, same, list("abcd"), ratio)
    assert (found.difference, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_five_of_five_improved_is_one_in_sixteen_by_hand():
    # Exchanging none or all of five pairs gives a difference as large: 2 of 2⁵ ways.
    found = paired_difference(tally([0] * 5), tally([1] * 5), list("abcde"), ratio)
    assert found.p_value == pytest.approx(2 / 32)
    assert found.difference == 1


def test_exchange_test_equals_mcnemars_exact_test():
    # 1 pair fell and 7 rose: two-sided binomial p = 2·(1 + 8)/2⁸.
    a, b = [1] + [0] * 7 + [1, 1, 0], [0] + [1] * 7 + [1, 1, 0]
    found = paired_difference(tally(a), tally(b), [str(i) for i in range(11)], ratio)
    assert found.p_value == pytest.approx(18 / 256)


def test_many_items_are_exchanged_at_random_and_agree_with_the_exact_test():
    from scipy.stats import binomtest

    a, b = [1] * 8 + [0] * 20 + [1] * 30, [0] * 8 + [1] * 20 + [1] * 30
    found = paired_difference(tally(a), tally(b), [str(i) for i in range(58)], ratio)
    assert found.p_value == pytest.approx(binomtest(8, 28).pvalue, abs=0.01)


def test_a_measure_nothing_defines_is_not_compared():
    found = paired_difference(np.zeros((2, 2)), tally([1, 1]), list("ab"), ratio)
    assert (found.a, found.difference, found.p_value) == (None, None, None)
    assert found.b == 1


def test_holm_by_hand():
    assert holm([0.01, 0.04, None, 0.03]) == [
        pytest.approx(0.03),
        pytest.approx(0.06),
        None,
        pytest.approx(0.06),
    ]


def test_holm_never_passes_one():
    assert holm([0.9, 0.8]) == [1.0, 1.0]
