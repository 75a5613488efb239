"""Which rows are held out: a prompt's content decides, so it stands on the same side in every dataset.

This is apart from the prompts that a set keeps back: no run takes those, so no dataset has them.
"""

import hashlib

from training.prompt_sets.services import likeness_of

TRAIN = "train"
HELD_OUT = "held_out"


def split_of(request: str, held_out_share: float) -> str:
    """The side a prompt stands on; what a smaller share holds out, a larger one holds out too.

    Prompts that are the same to a set of prompts never stand on both sides.
    """
    return HELD_OUT if place_of(request) < held_out_share else TRAIN


def place_of(request: str) -> float:
    """A number from 0 to 1 that a text always gets, and that texts get evenly."""
    digest = hashlib.sha256(f"split {likeness_of(request)}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
