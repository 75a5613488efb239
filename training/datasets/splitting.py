"""Which rows are held out: a prompt's content decides, so it stands on the same side in every dataset.

Pure: no Django, no files, no chance.
"""

import hashlib

TRAIN = "train"
HELD_OUT = "held_out"


def split_of(request: str, held_out_share: float) -> str:
    """The side a prompt stands on; what a smaller share holds out, a larger one holds out too.

    Case and white space do not matter, so that copies of a prompt never stand on both sides.
    """
    return HELD_OUT if place_of(request) < held_out_share else TRAIN


def place_of(request: str) -> float:
    """A number from 0 to 1 that a text always gets, and that texts get evenly."""
    text = " ".join(request.casefold().split())
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
