"""Recipes of fine-tuning: TOML files, read into stages; an error names file, key and what is wanted.

Pure: reads a file, imports neither Django nor a trainer.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "recipes"
SFT_FORMATS = ("sft",)
PAIR_FORMATS = ("preference", "preference-implicit", "preference-soft")
PROMPT_FORMATS = ("preference", "preference-soft", "kto")


class RecipeError(ValueError):
    """A recipe cannot be followed; the message names file, key and what is wanted."""


@dataclass(frozen=True)
class Key:
    """One setting of a recipe: its type, its default (None: it must be given), and what is wanted."""

    type: type
    default: Any
    wanted: str
    is_right: Callable[[Any], bool] = lambda _: True


def number(
    default: Any, wanted: str = "a number above 0", is_right: Callable[[Any], bool] = lambda v: v > 0
) -> Key:
    return Key(float, default, wanted, is_right)


def whole(default: Any, least: int = 1) -> Key:
    return Key(int, default, f"a whole number from {least}", lambda value: value >= least)


def share(default: float) -> Key:
    return number(default, "a number from 0 to below 1", lambda value: 0 <= value < 1)


def one_of(*choices: str) -> Key:
    return Key(str, choices[0], f"one of {', '.join(choices)}", lambda value: value in choices)


def flag(default: bool) -> Key:
    return Key(bool, default, "true or false")


MODEL_KEYS = {
    "method": one_of("lora", "full"),
    "dtype": one_of("auto", "float32", "bfloat16"),
    "gradient_checkpointing": flag(False),
}
LORA_KEYS = {
    "rank": whole(16),
    "alpha": number(32.0),
    "dropout": share(0.0),
    "targets": Key(str, "all-linear", "“all-linear” or names of modules, with commas between them", bool),
}
STAGE_KEYS = {
    "dataset": Key(str, None, "the name of a dataset given at the start, such as sft or preference", bool),
    "epochs": number(1.0),
    "max_steps": whole(0, least=0),
    "learning_rate": number(None),
    "batch_size": whole(4),
    "accumulation": whole(1),
    "max_length": whole(1024, least=8),
    "warmup_share": share(0.05),
    "schedule": one_of("cosine", "linear", "constant"),
    "weight_decay": share(0.0),
    "save_steps": whole(100),
    "logging_steps": whole(5),
}
ONLINE_KEYS = {
    "generations": whole(4, least=2),
    "max_completion_length": whole(256),
    "temperature": number(1.0),
    "beta": number(0.05, "a number from 0", lambda value: value >= 0),
}


@dataclass(frozen=True)
class StageKind:
    """What a stage of this kind reads, and its own settings."""

    formats: tuple[str, ...]
    keys: Mapping[str, Key] = field(default_factory=dict)


STAGES = {
    "sft": StageKind(SFT_FORMATS),
    "dpo": StageKind(PAIR_FORMATS, {"beta": number(0.1), "labels": one_of("hard", "soft")}),
    "reward": StageKind(PAIR_FORMATS, {"center": number(0.01, "a number from 0", lambda value: value >= 0)}),
    "rloo": StageKind(PROMPT_FORMATS, ONLINE_KEYS),
    "grpo": StageKind(PROMPT_FORMATS, ONLINE_KEYS),
}
ONLINE = ("rloo", "grpo")


@dataclass(frozen=True)
class Stage:
    """One part of a recipe: its kind, the dataset it reads, and its settings with defaults filled in."""

    kind: str
    dataset: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """A whole recipe; its digest is that of the settings, so comments do not matter."""

    name: str
    description: str
    model: dict[str, Any]
    lora: dict[str, Any]
    stages: tuple[Stage, ...]

    @property
    def datasets(self) -> dict[str, tuple[str, ...]]:
        """The datasets it needs, each with the formats that all its readers take."""
        needed: dict[str, tuple[str, ...]] = {}
        for stage in self.stages:
            formats = STAGES[stage.kind].formats
            known = needed.get(stage.dataset, formats)
            needed[stage.dataset] = tuple(name for name in known if name in formats)
        return needed

    def to_dict(self) -> dict[str, Any]:
        stages = [{"kind": stage.kind, "dataset": stage.dataset, **stage.settings} for stage in self.stages]
        return {"name": self.name, "model": self.model, "lora": self.lora, "stages": stages}

    @property
    def sha256(self) -> str:
        import json

        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()


def recipe_names() -> list[str]:
    """The recipes that come with the platform."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def find_recipe(name: str) -> Recipe:
    """A recipe by the name of one of ours, or by the path of a file."""
    if name in recipe_names():
        return read_recipe(FOLDER / f"{name}.toml")
    if not name.endswith(".toml"):
        raise RecipeError(
            f"There is no recipe “{name}”; there are {', '.join(recipe_names())}, or a .toml file."
        )
    return read_recipe(Path(name))


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path} is not TOML: {error}.") from error
    return make_recipe(table, str(path), default_name=path.stem)


def make_recipe(table: Mapping[str, Any], place: str, *, default_name: str = "") -> Recipe:
    """Check a recipe that has been read; `place` names it in errors."""
    refuse_unknown(table, ("name", "description", "model", "lora", "stages"), place)
    stages = table.get("stages")
    if not isinstance(stages, list) or not stages or not all(isinstance(stage, dict) for stage in stages):
        raise RecipeError(f"{place}: stages: wanted one or more tables [[stages]].")
    recipe = Recipe(
        name=str(table.get("name", default_name)),
        description=str(table.get("description", "")),
        model=read_table(table.get("model", {}), MODEL_KEYS, f"{place}: model"),
        lora=read_table(table.get("lora", {}), LORA_KEYS, f"{place}: lora"),
        stages=tuple(
            read_stage(stage, f"{place}: stage {number}") for number, stage in enumerate(stages, start=1)
        ),
    )
    check_order(recipe, place)
    return recipe


def read_stage(table: Mapping[str, Any], place: str) -> Stage:
    kind = table.get("kind")
    if kind not in STAGES:
        raise RecipeError(f"{place}.kind: wanted one of {', '.join(STAGES)}; found {kind!r}.")
    given = {name: value for name, value in table.items() if name != "kind"}
    settings = read_table(given, {**STAGE_KEYS, **STAGES[kind].keys}, place)
    if kind in ONLINE and settings["batch_size"] * settings["accumulation"] % settings["generations"]:
        raise RecipeError(
            f"{place}.generations: batch_size × accumulation must be a multiple of it; found "
            f"{settings['batch_size']} × {settings['accumulation']} and {settings['generations']}."
        )
    return Stage(kind, settings.pop("dataset"), settings)


def read_table(table: Any, keys: Mapping[str, Key], place: str) -> dict[str, Any]:
    """The settings of one table, with defaults for those not given."""
    if not isinstance(table, dict):
        raise RecipeError(f"{place}: wanted a table; found {table!r}.")
    refuse_unknown(table, keys, place)
    return {name: read_value(table.get(name), key, f"{place}.{name}") for name, key in keys.items()}


def read_value(value: Any, key: Key, place: str) -> Any:
    if value is None:
        if key.default is None:
            raise RecipeError(f"{place}: wanted {key.wanted}; it is missing.")
        return key.default
    if key.type is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    has_type = isinstance(value, key.type) and (key.type is bool or not isinstance(value, bool))
    if not has_type or not key.is_right(value):
        raise RecipeError(f"{place}: wanted {key.wanted}; found {value!r}.")
    return value


def refuse_unknown(table: Mapping[str, Any], known: Any, place: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise RecipeError(f"{place}: there is no key “{unknown[0]}”; keys are: {', '.join(known)}.")


def check_order(recipe: Recipe, place: str) -> None:
    """A reward model must come before what learns from it, and somebody must learn."""
    kinds = [stage.kind for stage in recipe.stages]
    for number, kind in enumerate(kinds, start=1):
        if kind in ONLINE and "reward" not in kinds[: number - 1]:
            raise RecipeError(f"{place}: stage {number} ({kind}) wants a stage “reward” before it.")
    if set(kinds) == {"reward"}:
        raise RecipeError(f"{place}: a reward model alone makes no variant; add a stage rloo or grpo.")
    for name, formats in recipe.datasets.items():
        if not formats:
            raise RecipeError(f"{place}: no format of rows suits all stages that read the dataset “{name}”.")
