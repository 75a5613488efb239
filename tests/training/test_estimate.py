"""What a run will take: guessed at first, measured afterwards, told by the command without beginning it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_adopted_constitution
from training.budget import Budget
from training.estimate import duration, estimate_run
from training.models import GenerationRun
from training.prompt_sets.services import add_prompts, make_set
from training.prompts import DEMONSTRATION, Prompt
from training.services import execute_run, make_plan, start_run

MODEL = "rehearsal/demonstration"

pytestmark = pytest.mark.usefixtures("var_dir", "keys")


def shaping(**changed) -> dict:
    constitution = changed.pop("constitution", None) or make_adopted_constitution()
    prompts = [Prompt(f"Question {number}?") for number in range(4)]
    options = {"options": {"rounds": 2}, "kind": "revision", "model": MODEL}
    return {"constitution": constitution, "prompts": prompts, **options, **changed}


def test_calls_are_counted_by_the_recipe():
    estimate = estimate_run(make_plan(**shaping()), model=MODEL)
    assert (estimate.n_samples, estimate.n_calls, estimate.n_calls_at_most) == (4, 20, 60)
    assert not estimate.is_measured
    assert estimate.dollars == 0


def test_an_earlier_run_tells_the_token_use():
    words = shaping()
    run = execute_run(run=start_run(**words))
    estimate = estimate_run(make_plan(**words), model=MODEL)
    assert estimate.is_measured
    assert estimate.input_tokens == pytest.approx(run.token_use["input"], abs=1)


def test_money_follows_the_price_table(settings):
    model = "anthropic/claude-test"
    plan = make_plan(**shaping(model=model))
    assert estimate_run(plan, model=model).dollars is None
    settings.MODEL_PRICES = {"anthropic/*": {"input": 3, "output": 15}}
    whole = estimate_run(plan, model=model)
    assert whole.dollars == pytest.approx((whole.input_tokens * 3 + whole.output_tokens * 15) / 1e6, rel=0.01)
    assert estimate_run(plan, model=model, uses_batches=True).dollars == pytest.approx(
        whole.dollars / 2, rel=0.01
    )


def test_each_model_that_is_asked_counts_at_its_own_price(settings):
    settings.MODEL_PRICES = {
        "anthropic/dear": {"input": 3, "output": 15},
        "anthropic/*": {"input": 0, "output": 0},
    }
    judged = {"options": {"rounds": 2, "judge": "anthropic/dear"}, "model": "anthropic/cheap"}
    plan = make_plan(**shaping(**judged))
    estimate = estimate_run(plan, model="anthropic/cheap")
    assert estimate.n_calls == 4 * (5 + 6)
    assert estimate.dollars == pytest.approx(4 * 6 * (703 * 3 + 4 * 15) / 1e6, rel=0.01)
    assert estimate_run(plan, model="anthropic/cheap", uses_batches=True).dollars == estimate.dollars


@pytest.mark.parametrize(
    ("judge", "n_calls"), [("anthropic/judge", 2 + 2 * 5), ("openai/judge", 2 + 2), ("", 2 + 2 * 5)]
)
def test_a_judge_with_log_probabilities_is_asked_once(judge, n_calls):
    options = {"judges": [{"model": judge}] if judge else []}
    model = "anthropic/claude-test"
    plan = make_plan(**shaping(kind="preference", options=options, model=model))
    estimate = estimate_run(plan, model=model)
    assert estimate.n_calls == 4 * n_calls
    assert estimate.n_calls_at_most == 4 * (6 + 2 * 5)


def test_more_connections_take_less_time():
    model = "anthropic/claude-test"
    plan = make_plan(**shaping(model=model))
    slow, fast = (estimate_run(plan, model=model, max_connections=number).seconds for number in (1, 10))
    assert slow == 10 * fast


def command(*words: str) -> str:
    told = StringIO()
    reference = make_adopted_constitution().reference
    options = ("--prompts", str(DEMONSTRATION), "--model", MODEL, "--limit", "3", "--no-smoke")
    call_command("generate_revisions", reference, *options, *words, stdout=told, stderr=told)
    return told.getvalue()


def test_a_dry_run_begins_nothing():
    assert "3 samples, about 27 calls (at most 81)" in command("--dry-run")
    assert not GenerationRun.objects.exists()


def test_prompts_come_from_a_set():
    chosen = make_set(slug="own")
    add_prompts(prompt_set=chosen, prompts=[Prompt(f"Number {n}?") for n in range(9)])
    told = StringIO()
    reference = make_adopted_constitution().reference
    words = ("--prompt-set", "own", "--model", MODEL, "--limit", "2", "--dry-run")
    call_command("generate_revisions", reference, *words, stderr=told)
    assert "2 samples" in told.getvalue()


def test_a_run_remembers_where_its_prompts_come_from(tmp_path):
    chosen = make_set(slug="own", source="Meeting of the town", license="MIT")
    add_prompts(prompt_set=chosen, prompts=[Prompt(f"Number {n}?", ("benign",)) for n in range(9)])
    reference = make_adopted_constitution().reference
    words = ("--model", MODEL, "--limit", "2", "--queue")
    file = tmp_path / "mine.jsonl"
    file.write_text('{"prompt": "hey"}')
    for source in (["--prompt-set", "own", "--tags", "benign"], ["--prompts", str(file)]):
        call_command("generate_revisions", reference, *source, *words, stdout=StringIO(), stderr=StringIO())
    assert set(GenerationRun.objects.values_list("prompts_from", flat=True)) == {
        "the prompt set “own”, those tagged benign (Meeting of the town; licence MIT)",
        "the file mine.jsonl",
    }


def test_an_unknown_set_is_named():
    with pytest.raises(CommandError, match="no prompt set “other”"):
        call_command("generate_revisions", make_adopted_constitution().reference, "--prompt-set", "other")


def test_a_budget_pauses_the_command_with_its_reason():
    told = command("--token-budget", "3000")
    assert "paused: " in told
    assert "budget is used up" in told


def test_a_paused_run_goes_on_with_a_larger_budget():
    constitution = make_adopted_constitution()
    words = (
        constitution.reference,
        "--prompts",
        str(DEMONSTRATION),
        "--model",
        MODEL,
        "--limit",
        "3",
        "--no-smoke",
    )
    for budget in ("3000", "300000"):
        call_command(
            "generate_revisions", *words, "--token-budget", budget, stdout=StringIO(), stderr=StringIO()
        )
    assert GenerationRun.objects.get().status == "finished"


def test_a_budget_below_what_is_used_is_refused():
    words = shaping()
    start_run(**words)
    GenerationRun.objects.update(committed_tokens=500)
    with pytest.raises(ValueError, match="used or reserved already: 500 tokens"):
        start_run(**words, budget=Budget(tokens=400))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "1 second"), (89, "89 seconds"), (600, "10 minutes"), (7200, "2 hours"), (200_000, "2 days")],
)
def test_lengths_of_time_are_told_in_two_words(seconds, told):
    assert duration(seconds) == told
