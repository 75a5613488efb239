"""A classifier's weights as a file of plain arrays: nothing in it can run."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings

from training.classifiers.fitting import Weights
from training.shards import sha256_of


class WeightsMissing(Exception):
    """The file of a classifier is not on this machine, or is another one."""


def folder() -> Path:
    return settings.VAR_DIR / "classifiers"


def write_weights(weights: Weights) -> tuple[str, str]:
    """Write the file under the digest of its content; returns its name and its SHA-256."""
    folder().mkdir(parents=True, exist_ok=True)
    draft = folder() / f".weights.{os.getpid()}.npz"
    np.savez_compressed(
        draft, idf=weights.idf, coefficients=weights.coefficients, bias=np.array([weights.bias])
    )
    sha256 = sha256_of(draft)
    name = f"{sha256[:32]}.npz"
    draft.replace(folder() / name)
    return name, sha256


def read_weights(name: str, sha256: str) -> Weights:
    """Read the file, and refuse another one than the classifier was judged with."""
    path = folder() / name
    if not path.is_file():
        raise WeightsMissing(f"The weights {name} are not on this machine: train the classifier again.")
    return _read(path, sha256)


@lru_cache(maxsize=4)
def _read(path: Path, sha256: str) -> Weights:
    if sha256_of(path) != sha256:
        raise WeightsMissing(f"The weights {path.name} are not those the classifier was judged with.")
    with np.load(path, allow_pickle=False) as arrays:
        return Weights(arrays["idf"], arrays["coefficients"], float(arrays["bias"][0]))
