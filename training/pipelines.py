"""The kinds of run: what each needs besides prompts and a model, and where its Inspect task stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from constitution.models import Constitution
from training.prompts import Prompt

Options = Mapping[str, Any]
Recipe = dict[str, Any]

# Each kind's pipeline, named by its place, so that a kind's own module may import this one.
PIPELINES = {
    "revision": "training.revisions:PIPELINE",
    "preference": "training.comparisons:PIPELINE",
    "classifier": "training.classifiers.generation:PIPELINE",
    "prompts": "training.prompt_sets.pipelines:WRITING",
    "coverage": "training.prompt_sets.pipelines:NAMING",
}


@dataclass(frozen=True)
class Asked:
    """How often one model is usually asked for a sample; `is_brief` where a letter is all it answers."""

    model: str
    n_calls: float
    is_brief: bool = False


@dataclass(frozen=True)
class Pipeline:
    """What one kind of run needs; `task` is a path so that Inspect loads only in the worker."""

    kind: str
    task: str
    """`module:function` of the Inspect task; the function takes the paths `recipe` and `shard`."""
    task_version: int
    instructions: tuple[str, ...]
    """Files of training/instructions/ that shape its answers; their digest is a parameter of the run."""
    make_recipe: Callable[[Constitution, Options], Recipe]
    """All the task needs besides the samples, as JSON; raises ValueError naming the option that is wrong."""
    calls_per_sample: Callable[[Recipe], int]
    """The most model calls one sample can need, for estimates and budgets."""
    read_result: Callable[[Any], dict[str, Any]]
    """Inspect's logged sample as fields of the result row; `failed`: nothing can be made of it."""
    defaults: Options = field(default_factory=dict)
    """Every option with its default; no other option is taken."""
    usual_asks: Callable[[Recipe, str], Sequence[Asked]] | None = None
    """The calls of a sample that goes well, by the model asked, given the run's own model: for estimates.

    Without it, `calls_per_sample` of the run's own model.
    """
    sample_fields: Callable[[Prompt], dict[str, Any]] | None = None
    """Fields of the sample row besides those every kind has."""
    expand: Callable[[Sequence[Prompt], Options], Sequence[Prompt]] | None = None
    """The samples to make of the prompts, where some are answered several times."""
    after_results: Callable[[Path], object] | None = None
    """Called with the file of a shard's results once it is whole, for instance to make an index of it."""

    def asks(self, recipe: Recipe, model: str) -> Sequence[Asked]:
        """The usual calls of a sample, by the model asked."""
        if self.usual_asks is None:
            return [Asked(model, self.calls_per_sample(recipe))]
        return self.usual_asks(recipe, model)

    def complete(self, options: Options) -> dict[str, Any]:
        """The options with defaults filled in; refuses one that this kind does not know."""
        unknown = sorted(set(options) - set(self.defaults))
        if unknown:
            known = ", ".join(sorted(self.defaults)) or "none"
            raise ValueError(f"a {self.kind} run has no option “{unknown[0]}”; its options are: {known}")
        return {**self.defaults, **options}


def pipeline_of(kind: str) -> Pipeline:
    """The pipeline of a kind of run."""
    if kind not in PIPELINES:
        raise ValueError(f"there is no run of the kind “{kind}”; kinds are: {', '.join(sorted(PIPELINES))}")
    return load(PIPELINES[kind])


def load(place: str) -> Any:
    """The object at `module:name`."""
    module, name = place.split(":")
    return getattr(import_module(module), name)
