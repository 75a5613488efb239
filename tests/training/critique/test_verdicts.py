"""What a judge's words come to, in both orders."""

import pytest

from training.critique.verdicts import is_worth_keeping, result_of, verdict_of


@pytest.mark.parametrize(
    ("p_before", "result"),
    [
        ([0.0, 0.0], "better"),
        ([1.0, 1.0], "worse"),
        ([1.0, 0.0], "even"),
        ([0.5, 0.5], "even"),
        ([None, 0.0], "unread"),
    ],
)
def test_both_orders_must_agree(p_before, result):
    assert result_of(p_before) == result


def test_a_revision_worse_under_an_earlier_principle_undoes_it():
    told = [
        {"principle": 3, "result": "better", "is_earlier": False},
        {"principle": 1, "result": "worse", "is_earlier": True},
        {"principle": 2, "result": "even", "is_earlier": True},
    ]
    verdict = verdict_of("judge", told)
    assert (verdict["result"], verdict["undoes"]) == ("better", [1])
    assert not is_worth_keeping(verdict)
    assert is_worth_keeping(verdict | {"undoes": []})
    assert not is_worth_keeping({"result": "worse", "undoes": []})
