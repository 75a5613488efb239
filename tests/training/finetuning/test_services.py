"""A fine-tuning from start to end: what goes in is checked, what comes out prefers what it was taught."""

import shutil

import psycopg
import pytest
from django.db import connection

from tests.factories import make_adopted_constitution
from tests.training.finetuning.conftest import make_items, write_dataset
from training.datasets import DatasetError
from training.finetuning.jobs import execute_finetuning_run
from training.finetuning.process import TrainerMissing, training_environment
from training.finetuning.services import (
    FineTuningBusy,
    FineTuningError,
    ancestry_of,
    ask_to_pause,
    cancel_finetuning,
    execute_finetuning,
    hash_model,
    lock_key,
    make_ready,
    places_of,
    start_finetuning,
)
from training.models import FineTuningRun

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


def test_a_trained_variant_prefers_chosen_answers_it_has_never_seen(begin, trained, constitution, base_model):
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


def test_a_cancel_while_the_base_model_is_read_is_obeyed(begin, trained, monkeypatch):
    def read_slowly(folder) -> str:
        assert cancel_finetuning(FineTuningRun.objects.get())
        return hash_model(folder)

    monkeypatch.setattr("training.finetuning.services.hash_model", read_slowly)
    run = execute_finetuning(run=begin(SFT))
    assert run.status == "cancelled"
    assert not places_of(run).log.exists()


def test_a_finished_run_is_not_trained_again(begin):
    run = begin(SFT)
    FineTuningRun.objects.update(status="finished")
    assert begin(SFT) == run
    assert execute_finetuning(run=run).status == "finished"
    assert not places_of(run).log.exists()
    assert not make_ready(run)


def test_what_the_recipe_cannot_use_is_refused(begin, datasets, base_model, tmp_path):
    with pytest.raises(FineTuningError, match="wants a dataset “preference” of the format preference or"):
        begin(SFT, DPO, datasets={"sft": datasets["sft"]})
    with pytest.raises(FineTuningError, match=r"wants sft rows as “sft”; .* holds preference rows"):
        begin(SFT, datasets={"sft": datasets["preference"]})
    with pytest.raises(DatasetError, match="is no dataset of this platform"):
        begin(SFT, datasets={"sft": tmp_path})
    with pytest.raises(FineTuningError, match=r"holds no model: its config.json is missing"):
        begin(SFT, base_model=str(tmp_path))
    with pytest.raises(FineTuningError, match="allow the download"):
        begin(SFT, base_model="organization/model@main")
    with pytest.raises(FineTuningError, match="no name such as organization/model@revision"):
        begin(SFT, base_model="organization/model", allows_download=True)
    assert not FineTuningRun.objects.exists()


def test_two_constitutions_make_no_variant(begin, datasets, tmp_path):
    other = write_dataset(tmp_path / "other", "preference", make_adopted_constitution(), make_items(8))
    with pytest.raises(FineTuningError, match="different constitutions"):
        begin(SFT, DPO, datasets=datasets | {"preference": other})


def test_a_dataset_changed_after_the_start_stops_the_training(begin, trained, datasets):
    run = begin(SFT | {"max_steps": 1})
    path = datasets["sft"] / "train.parquet"
    path.write_bytes(path.read_bytes() + b"more")
    execute_finetuning(run=run)
    assert run.status == "failed"
    assert "is not the one that its manifest names" in run.error


def test_without_the_extra_the_row_says_how_to_install_it(begin, monkeypatch):
    monkeypatch.setattr("training.finetuning.process.find_spec", lambda name: None)
    run = begin(SFT)
    with pytest.raises(TrainerMissing, match="make train"):
        execute_finetuning(run=run)
    run.refresh_from_db()
    assert (run.status, "make train" in run.error) == ("failed", True)


def test_what_nobody_carries_out_is_cancelled_at_once(begin):
    run = begin(SFT)
    assert cancel_finetuning(run)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert not make_ready(run)
    assert execute_finetuning(run=run).status == "cancelled"


def test_the_training_process_knows_no_secret(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    environment = training_environment(allows_download=False)
    assert "secret" not in str(environment)
    assert environment["HF_HUB_OFFLINE"] == environment["TRANSFORMERS_OFFLINE"] == "1"
    assert training_environment(allows_download=True)["HF_HUB_OFFLINE"] == "0"


def test_paused_from_outside_then_cancelled_for_good(begin, trained):
    run = begin(SFT | {"max_steps": 400, "save_steps": 400})
    execute_finetuning(run=run, on_progress=lambda line: ask_to_pause(run))
    assert (run.status, run.wish, run.error) == ("paused", "", "")
    assert list(places_of(run).stage(1, "sft").glob("checkpoint-*"))
    before = run.step

    assert make_ready(run)
    execute_finetuning(run=run, on_progress=lambda line: cancel_finetuning(run))
    assert (run.status, run.error) == ("cancelled", "")
    assert 0 < before <= run.step < 400
    assert not (places_of(run).folder / "stages").exists()


def test_a_base_model_changed_meanwhile_is_refused(begin, base_model, tmp_path):
    copied = shutil.copytree(base_model, tmp_path / "copied")
    run = begin(SFT, base_model=str(copied))
    FineTuningRun.objects.update(base_model_sha256=hash_model(copied))
    (copied / "config.json").write_text("{}")
    execute_finetuning_run(run_id=str(run.pk))
    run.refresh_from_db()
    assert run.status == "failed"
    assert "is not the one this fine-tuning began with" in run.error


def test_a_second_starter_leaves_it_to_the_first(begin):
    run = begin(SFT)
    info = connection.connection.info
    place = {"host": info.host, "port": info.port, "user": info.user, "dbname": info.dbname}
    with psycopg.connect(**place, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock_key(run)])
        with pytest.raises(FineTuningBusy):
            execute_finetuning(run=run)
        execute_finetuning_run(run_id=str(run.pk))
    run.refresh_from_db()
    assert run.status == "queued"
