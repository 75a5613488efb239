"""The one door to models says what to set before anything is begun."""

import pytest

from training.providers import ModelUnavailable, check_model, get_model, is_rehearsal, sampling_settings


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("anthropic/claude-test", "ANTHROPIC_API_KEY"),
        ("openai/gpt-test", "OPENAI_API_KEY"),
        ("openai-api/local-server/llama", "LOCAL_SERVER_API_KEY"),
    ],
)
def test_without_a_key_the_variable_is_named(no_keys, name, variable):
    with pytest.raises(ModelUnavailable, match=f"Set the environment variable {variable}"):
        check_model(name, base_url="http://127.0.0.1:1/v1")


def test_without_a_model_the_ways_to_name_one_are_told():
    with pytest.raises(ModelUnavailable, match="rehearsal/demonstration"):
        check_model("")


@pytest.mark.parametrize("name", ["claude", "mistral/large", "gpt-5"])
def test_an_unknown_provider_is_refused_with_the_known_ones(name):
    with pytest.raises(ModelUnavailable, match="anthropic, openai, openai-api, hf, rehearsal"):
        check_model(name)


@pytest.mark.parametrize(
    "name", ["anthropic/", "anthropic", "openai-api/local", "openai-api/../x", "rehearsal/.."]
)
def test_half_a_model_name_is_refused(keys, name):
    with pytest.raises(ModelUnavailable, match="not a whole model name"):
        check_model(name)


@pytest.mark.parametrize("address", ["127.0.0.1:8080", "ftp://host/", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(keys, address):
    with pytest.raises(ModelUnavailable, match="not an address of a server"):
        check_model("openai/gpt-test", base_url=address)


def test_an_address_never_carries_a_secret(keys):
    with pytest.raises(ModelUnavailable, match="keys in the environment"):
        check_model("openai/gpt-test", base_url="https://user:secret@example.org/v1")


def test_a_compatible_server_needs_an_address(keys):
    with pytest.raises(ModelUnavailable, match="LOCAL_BASE_URL"):
        check_model("openai-api/local/llama")


def test_the_address_may_stand_in_the_environment(keys, monkeypatch):
    monkeypatch.setenv("LOCAL_BASE_URL", "http://127.0.0.1:1/v1")
    check_model("openai-api/local/llama")


def test_sampling_settings_a_provider_refuses_are_not_recorded_as_sent():
    wanted = {"temperature": 1.0, "top_k": 5, "max_tokens": 100, "top_p": None}
    assert sampling_settings("anthropic/claude-test", wanted) == {"max_tokens": 100}
    assert sampling_settings("openai/gpt-test", wanted) == {"temperature": 1.0, "max_tokens": 100}


def test_only_prepared_answers_are_rehearsal():
    assert is_rehearsal("rehearsal/demonstration")
    assert not is_rehearsal("anthropic/rehearsal")


def test_inspect_keeps_its_cache_under_var(var_dir):
    get_model("rehearsal/demonstration")
    from inspect_ai.model import cache_path

    assert cache_path().is_relative_to(var_dir)
