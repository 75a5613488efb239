"""Recipes are read whole, and an error names file, key and what is wanted."""

import pytest

from training.finetuning.recipes import RecipeError, find_recipe, make_recipe, read_recipe, recipe_names

STAGE = {"kind": "sft", "dataset": "sft", "learning_rate": 1e-4}
DPO = {"kind": "dpo", "dataset": "preference", "learning_rate": 1e-5}
RLOO = {"kind": "rloo", "dataset": "preference", "learning_rate": 1e-5}
REWARD = {"kind": "reward", "dataset": "preference", "learning_rate": 1e-5}


@pytest.mark.parametrize("name", recipe_names())
def test_our_recipes_are_right(name):
    recipe = find_recipe(name)
    assert recipe.name == name
    assert recipe.description
    assert all(recipe.datasets.values())


def test_there_are_recipes_for_each_way():
    assert {"sft", "sft_then_dpo", "reward_then_rloo"} <= set(recipe_names())


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({}, "stages: wanted one or more tables"),
        ({"stages": []}, "stages: wanted one or more tables"),
        (
            {"stages": [{"kind": "ppo"}]},
            "stage 1.kind: wanted one of sft, dpo, reward, rloo, grpo; found 'ppo'",
        ),
        ({"stages": [STAGE | {"epoch": 1}]}, "stage 1: there is no key “epoch”; keys are: dataset, epochs"),
        ({"stages": [STAGE | {"learning_rate": -1}]}, "learning_rate: wanted a number above 0; found -1"),
        ({"stages": [STAGE | {"batch_size": True}]}, "batch_size: wanted a whole number from 1; found True"),
        ({"stages": [STAGE | {"batch_size": 1.5}]}, "batch_size: wanted a whole number from 1; found 1.5"),
        (
            {"stages": [{"kind": "sft", "dataset": "sft"}]},
            "learning_rate: wanted a number above 0; it is missing",
        ),
        (
            {"stages": [STAGE], "model": {"method": "qlora"}},
            "model.method: wanted one of lora, full; found 'qlora'",
        ),
        (
            {"stages": [STAGE], "lora": {"dropout": 1}},
            "lora.dropout: wanted a number from 0 to below 1; found 1.0",
        ),
        ({"stages": [STAGE], "model": 3}, "model: wanted a table; found 3"),
        ({"stages": [DPO | {"labels": "smooth"}]}, "labels: wanted one of hard, soft; found 'smooth'"),
        ({"stages": [RLOO]}, "stage 1 .rloo. wants a stage “reward” before it"),
        ({"stages": [REWARD]}, "a reward model alone makes no variant"),
        (
            {"stages": [REWARD, RLOO | {"generations": 3}]},
            "generations: batch_size × accumulation must be a multiple",
        ),
        (
            {"stages": [STAGE, DPO | {"dataset": "sft"}]},
            "no format of rows suits all stages that read the dataset “sft”",
        ),
        ({"stages": [STAGE], "seeds": 1}, "there is no key “seeds”"),
    ],
)
def test_a_wrong_recipe_is_refused_with_file_key_and_wish(table, complaint):
    with pytest.raises(RecipeError, match=complaint) as raised:
        make_recipe(table, "my.toml")
    assert str(raised.value).startswith("my.toml")


def test_a_file_that_is_no_recipe_is_named(tmp_path):
    (tmp_path / "broken.toml").write_text("stages = [")
    with pytest.raises(RecipeError, match=r"broken.toml is not TOML"):
        read_recipe(tmp_path / "broken.toml")
    with pytest.raises(RecipeError, match=r"absent.toml cannot be read"):
        find_recipe(str(tmp_path / "absent.toml"))


def test_the_digest_is_of_the_settings_and_not_of_the_comments(tmp_path):
    text = '[[stages]]\nkind = "sft"\ndataset = "sft"\nlearning_rate = 1e-4\n'
    digests = []
    for number, more in enumerate(("", "# a remark\n", "epochs = 1\n", "epochs = 2\n")):
        path = tmp_path / str(number) / "mine.toml"
        path.parent.mkdir()
        path.write_text(text + more)
        digests.append(read_recipe(path).sha256)
    assert digests[0] == digests[1] == digests[2] != digests[3]


def test_a_dataset_that_two_stages_read_must_suit_both():
    recipe = make_recipe({"stages": [REWARD, RLOO]}, "my.toml")
    assert recipe.datasets == {"preference": ("preference", "preference-soft")}
