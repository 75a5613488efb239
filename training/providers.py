"""The one door to language models: every generation and evaluation gets its model here.

A model is named `anthropic/<model>`, `openai/<model>`, `openai-api/<service>/<model>` (any server that speaks
OpenAI's chat protocol: vLLM, Ollama, llama.cpp …), `hf/<folder>` (a model in a folder of this machine, by the
extra `train`) or `rehearsal/<name>` (prepared answers, no server).
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from inspect_ai.model import Model

RETRIES = 8
LOCAL = "hf"
SAMPLING_SETTINGS = ("temperature", "top_p", "top_k", "seed", "max_tokens")
# Anthropic's API refuses the first three on every model, since version 2 of its library; it knows no seed.
NOT_TAKEN = {
    "anthropic": {"temperature", "top_p", "top_k", "seed"},
    "openai": {"top_k"},
    "openai-api": {"top_k"},
    LOCAL: set(),
}


class ModelUnavailable(Exception):
    """A model cannot be reached as named; the message says what to set."""


def get_model(name: str, *, base_url: str = "", retries: int = RETRIES, **settings_: Any) -> "Model":
    """Return an Inspect model that is ready to be asked.

    `retries` bounds how often one call is tried again after 429, 5xx or a dropped connection. Sampling
    settings the provider does not take are left out; `sampling_settings` says which were sent.
    """
    check_model(name, base_url=base_url)
    prepare_inspect()
    from inspect_ai._util.error import PrerequisiteError
    from inspect_ai.model import GenerateConfig
    from inspect_ai.model import get_model as inspect_model

    provider = provider_of(name)
    config = {key: settings_.pop(key) for key in list(settings_) if key in GenerateConfig.model_fields}
    config = drop_refused_settings(provider, config)
    arguments = client_arguments(name, base_url, retries, config)
    try:
        return inspect_model(
            f"{LOCAL}/local" if provider == LOCAL else name,
            base_url=base_url or None,
            config=GenerateConfig(max_retries=0, **config),
            **arguments,
            **settings_,
        )
    except (PrerequisiteError, ImportError, OSError, ValueError) as error:
        raise ModelUnavailable(f"The model “{name}” cannot be used: {error}") from error


def check_model(name: str, *, base_url: str = "") -> None:
    """Raise ModelUnavailable unless the name, the address and the key are all there; asks no server."""
    check_name(name)
    check_base_url(base_url)
    provider = provider_of(name)
    if provider == "rehearsal":
        return
    if provider == LOCAL:
        check_folder(name)
        return
    key = key_variable(name)
    if not os.environ.get(key) and not (provider == "anthropic" and os.environ.get("ANTHROPIC_AUTH_TOKEN")):
        hint = "" if provider == "anthropic" else " (any text, when your server asks for no key)"
        raise ModelUnavailable(
            f"Set the environment variable {key} to use “{name}”{hint}, "
            "or name the model rehearsal/demonstration to try the step with prepared answers."
        )
    if provider == "openai-api" and not (base_url or os.environ.get(address_variable(name))):
        raise ModelUnavailable(
            f"Say where “{name}” is served: give --base-url, for instance http://127.0.0.1:8080/v1, "
            f"or set the environment variable {address_variable(name)}."
        )


def check_name(name: str) -> None:
    """Refuse a model name whose provider is unknown or whose parts are missing."""
    if not name:
        raise ModelUnavailable(
            "Name a model: anthropic/<model>, openai/<model>, openai-api/<service>/<model> "
            "or rehearsal/demonstration."
        )
    parts = name.split("/")
    known = ("anthropic", "openai", "openai-api", LOCAL, "rehearsal")
    if parts[0] == LOCAL and name.removeprefix(f"{LOCAL}/").strip():
        return
    if parts[0] not in known:
        raise ModelUnavailable(
            f"“{name}” does not begin with a known provider: use one of {', '.join(known)}, "
            "then a slash and the model."
        )
    wanted = 3 if parts[0] == "openai-api" else 2
    unsafe = any(part.strip(". ") == "" for part in parts) or "\\" in name or "\0" in name
    if len(parts) < wanted or unsafe:
        form = "openai-api/<service>/<model>" if wanted == 3 else f"{parts[0]}/<model>"
        raise ModelUnavailable(f"“{name}” is not a whole model name: write {form}.")


def folder_of(name: str) -> Path:
    """The folder of a local model; what is not an absolute path lies under VAR_DIR."""
    return (settings.VAR_DIR / name.removeprefix(f"{LOCAL}/")).resolve()


def check_folder(name: str) -> None:
    """Refuse a local model that is not there whole, or cannot be loaded here."""
    if not (folder_of(name) / "config.json").is_file():
        raise ModelUnavailable(
            f"“{name}” names no folder with a model: {folder_of(name)}/config.json is missing."
        )
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise ModelUnavailable(f"“{name}” needs the extra “train” on this machine: run make train first.")


def check_base_url(base_url: str) -> None:
    """Refuse an address that is not plain http(s), or that would carry a secret into the run's row."""
    if not base_url:
        return
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelUnavailable(
            f"“{base_url}” is not an address of a server: write http:// or https://, then the host."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ModelUnavailable(
            "The server's address may hold no user, password or query: put keys in the environment."
        )


def provider_of(name: str) -> str:
    return name.split("/", 1)[0]


def is_rehearsal(name: str) -> bool:
    """Whether the answers are prepared ones and no model is behind them."""
    return provider_of(name) == "rehearsal"


def is_local(name: str) -> bool:
    """Whether the model is a folder of this machine, which its name would tell strangers of."""
    return provider_of(name) == LOCAL


def key_variable(name: str) -> str:
    """The environment variable that holds the key for this model."""
    return f"{service_of(name)}_API_KEY"


def address_variable(name: str) -> str:
    """The environment variable that holds the address of this model's server."""
    return f"{service_of(name)}_BASE_URL"


def service_of(name: str) -> str:
    parts = name.split("/")
    service = parts[1] if parts[0] == "openai-api" else parts[0]
    return service.upper().replace("-", "_")


def sampling_settings(name: str, requested: dict[str, Any]) -> dict[str, Any]:
    """The sampling settings that will really be sent to this model."""
    given = {key: requested[key] for key in SAMPLING_SETTINGS if requested.get(key) is not None}
    return drop_refused_settings(provider_of(name), given)


def drop_refused_settings(provider: str, given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in NOT_TAKEN.get(provider, set())}


def client_arguments(name: str, base_url: str, retries: int, config: dict[str, Any]) -> dict[str, Any]:
    """What the provider's own library needs: it repeats failed calls and honors `retry-after`."""
    provider = provider_of(name)
    if provider == "rehearsal":
        return {}
    if provider == LOCAL:
        return local_arguments(folder_of(name), config)
    arguments: dict[str, Any] = {"max_retries": retries}
    if provider == "openai" and base_url:
        arguments["responses_api"] = False
    return arguments


def local_arguments(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """Where a local model lies; at temperature 0 it takes the likeliest token, as servers do."""
    is_greedy = config.get("temperature") == 0
    if is_greedy:
        del config["temperature"]
    return {"model_path": str(folder), "tokenizer_path": str(folder), "do_sample": not is_greedy}


def prepare_inspect() -> None:
    """Keep all that Inspect writes under VAR_DIR, and make the rehearsal provider known to it."""
    folder = settings.VAR_DIR / "inspect"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["INSPECT_CACHE_DIR"] = str(folder / "cache")
    os.environ["XDG_DATA_HOME"] = str(folder / "data")
    # A local model is loaded from its folder alone; nothing is fetched.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import training.rehearsal  # noqa: F401  (registers the provider)
