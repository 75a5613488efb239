"""Groups agree with those Polis published, and with planted ones, as far as the benchmark says."""

import numpy as np
import pytest

from benchmarks.agreement import agreement, our_groups, published
from benchmarks.planted_groups import plant


def test_groups_agree_with_those_polis_published_on_average(shared):
    samples = published(shared)
    found = [our_groups(sample, seed=0) for sample in samples]
    agreements = [agreement(s.groups, f) for s, f in zip(samples, found, strict=True)]
    n_right = sum(
        len(set(s.groups.values())) == len(set(f.values())) for s, f in zip(samples, found, strict=True)
    )
    assert np.mean(agreements) > 0.75
    assert n_right >= 7


@pytest.mark.parametrize("seed", [0, 1])
def test_two_groups_of_ccai_are_found_without_being_told(shared, seed):
    (sample,) = (one for one in published(shared) if one.name == "ccai, cleaned")
    found = our_groups(sample, seed)
    assert (len(set(found.values())), agreement(sample.groups, found) > 0.9) == (2, True)


def test_agreement_is_taken_over_people_in_both():
    assert agreement({1: 0, 2: 0, 3: 1, 4: 1}, {1: 5, 2: 5, 3: 7, 9: 7}) == 1.0
    assert np.isnan(agreement({1: 0}, {}))


def test_the_same_conversation_is_made_up_from_the_same_seed():
    assert plant(4).votes.sha256 == plant(4).votes.sha256
    assert plant(4).kind != plant(5).kind
