"""A fine-tuning from start to end: what goes in is checked, what comes out prefers what it was taught."""

import pytest

from training.finetuning.services import (
    ancestry_of,
    execute_finetuning,
    hash_model,
    make_ready,
    places_of,
    start_finetuning,
)

pytestmark = pytest.mark.usefixtures("var_dir")
SFT = {"kind": "sft", "dataset": "sft"}
DPO = {"kind": "dpo", "dataset": "preference", "learning_rate": 1e-3}


@pytest.fixture
def begin(datasets, base_model, recipe_of):
    def start(*stages, method="full", **inputs):
        told = {
            "recipe": recipe_of(*stages, method=method),
            "base_model": str(base_model),
            "datasets": datasets,
        }
        return start_finetuning(**(told | inputs))

    return start


def test_a_trained_variant_prefers_chosen_answers_it_has_never_seen(begin, trained, constitution):
    run = execute_finetuning(run=begin(SFT, DPO))
    assert (run.status, run.error, run.stage, run.stage_kind) == ("finished", "", 2, "dpo")
    result = run.result
    assert result["before"]["n_pairs"] == result["change"]["n_pairs"] > 10
    assert result["change"]["interval"][0] > 1
    assert result["after"]["margin"] > result["before"]["margin"] + 1
    assert result["device"]
    ancestry = ancestry_of(run)
    assert ancestry["constitution"]["sha256"] == constitution.sha256
    assert ancestry["base_model"]["sha256"] == hash_model(
        places_of(run).folder.parent.parent / run.base_model
    )
    assert set(ancestry["datasets"]) == {"sft", "preference"}


def test_the_finished_folder_loads_like_any_model(begin, trained):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run = execute_finetuning(run=begin(SFT | {"max_steps": 2}, method="lora"))
    folder = places_of(run).model
    model = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hey"}], add_generation_prompt=True, return_tensors="pt"
    )
    assert model.generate(**asked, max_new_tokens=3).shape[1] > asked["input_ids"].shape[1]
    assert not (places_of(run).folder / "stages").exists()
    assert hash_model(folder) != run.base_model_sha256


def test_a_finished_run_is_not_trained_again(begin, trained):
    run = execute_finetuning(run=begin(SFT | {"max_steps": 1}))
    log = places_of(run).log.read_bytes()
    assert begin(SFT | {"max_steps": 1}) == run
    execute_finetuning(run=run)
    assert places_of(run).log.read_bytes() == log
    assert not make_ready(run)
