"""Which rows are held out: a prompt's content decides, so it stands on the same side in every dataset.

What a prompt set keeps back is held out of every dataset too, in case a run took it from a file.
"""

import hashlib
from collections.abc import Collection

from training.models import SetPrompt
from training.prompt_sets.services import likeness_of

TRAIN = "train"
HELD_OUT = "held_out"


def kept_back() -> set[str]:
    """The likenesses of all prompts that some set keeps for judging; 16 letters each."""
    return set(SetPrompt.objects.filter(is_held_out=True).values_list("likeness", flat=True).distinct())


def kept_back_sha256() -> str:
    """A digest of what the sets keep back; nothing while they keep none."""
    likenesses = sorted(kept_back())
    return hashlib.sha256("".join(likenesses).encode()).hexdigest() if likenesses else ""


def split_of(request: str, held_out_share: float, kept_back: Collection[str] = ()) -> str:
    """The side a prompt stands on; what a smaller share holds out, a larger one holds out too.

    Prompts that are the same to a set of prompts never stand on both sides.
    """
    is_held_out = likeness_of(request) in kept_back or place_of(request) < held_out_share
    return HELD_OUT if is_held_out else TRAIN


def place_of(request: str) -> float:
    """A number from 0 to 1 that a text always gets, and that texts get evenly."""
    digest = hashlib.sha256(f"split {likeness_of(request)}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
