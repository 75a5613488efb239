"""Labels and weights of single pairs change what is learned from them."""

import pytest

from tests.training.finetuning.conftest import make_items, write_dataset
from training.finetuning.plan import DatasetInput
from training.shards import sha256_of

pytestmark = pytest.mark.usefixtures("trained")


@pytest.fixture
def loss_of(base_model, constitution, recipe_of, tmp_path):
    """The loss and the gradient's length of the first step, with each pair's label and weight as told."""

    def measure(name: str, label: float, weight: float, labels: str = "soft") -> tuple[float, float]:
        from dataclasses import replace

        from training.finetuning.devices import find_devices
        from training.finetuning.loading import load_split, load_tokenizer
        from training.finetuning.stages import Work, make_trainer

        items = [replace(item, label=label, weight=weight) for item in make_items(12)]
        folder = write_dataset(tmp_path / name, "preference-soft", constitution, items)
        stage = {"kind": "dpo", "dataset": "preference", "labels": labels, "max_steps": 1}
        recipe = recipe_of(stage, method="full")
        source = DatasetInput(str(folder), sha256_of(folder / "manifest.json"))
        work = Work(
            kind="dpo",
            settings=recipe.stages[0].settings,
            model_settings=recipe.model,
            lora=recipe.lora,
            model=str(base_model),
            reward_model="",
            tokenizer=load_tokenizer(str(base_model)),
            rows=load_split(source, "train", tmp_path / "cache"),
            held_out=None,
            folder=tmp_path / "work",
            seed=0,
            devices=find_devices(),
        )
        trainer = make_trainer(work, [])
        trainer.train()
        first = trainer.state.log_history[0]
        return first["loss"], first["grad_norm"]

    return measure


def test_a_sure_label_is_the_usual_loss_and_an_unsure_one_pulls_less(loss_of):
    usual = loss_of("usual", 1.0, 1.0, labels="hard")
    assert loss_of("sure", 1.0, 1.0) == pytest.approx(usual, rel=1e-4)
    unsure = loss_of("unsure", 0.75, 1.0)
    assert unsure[1] == pytest.approx(usual[1] / 2, rel=1e-3)
    assert loss_of("even", 0.5, 1.0)[1] == pytest.approx(0, abs=1e-4)


def test_a_pair_of_no_weight_teaches_nothing(loss_of):
    assert loss_of("nothing", 1.0, 0.0) == pytest.approx((0, 0), abs=1e-6)
