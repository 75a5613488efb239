"""A model in a folder of this machine answers through Inspect's Hugging Face provider."""

import asyncio
import importlib

import pytest

from training.providers import ModelUnavailable, check_model, get_model, sampling_settings

needs_extra = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="the extra “train” is not installed"
)


@pytest.fixture
def model_folder(var_dir):
    from training.finetuning.tiny import make_tiny_model

    return make_tiny_model(var_dir / "variants" / "tiny", texts=["hello there"])


@needs_extra
@pytest.mark.django_db
def test_a_folder_with_a_model_answers(model_folder):
    asked = get_model("hf/variants/tiny", max_tokens=5, temperature=0.0)
    output = asyncio.run(asked.generate("hello"))
    assert output.usage.output_tokens <= 6
    assert asyncio.run(asked.generate("hello")).completion == output.completion


@needs_extra
@pytest.mark.django_db
def test_a_folder_may_be_named_by_its_whole_path(model_folder):
    check_model(f"hf/{model_folder}")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["hf/", "hf", "hf/nowhere", "hf/../../etc"])
def test_what_is_no_model_is_named(var_dir, name):
    with pytest.raises(ModelUnavailable):
        check_model(name)


def test_a_local_model_takes_every_sampling_setting():
    assert sampling_settings("hf/x", {"temperature": 1.0, "top_k": 5}) == {"temperature": 1.0, "top_k": 5}
