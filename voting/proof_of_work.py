"""A little work that a newcomer's browser does, so that thousands of false participants cost something.

The proof for a ticket is a number that makes SHA-256("<ticket>:<number>") begin with enough zero bits.
"""

import hashlib

from django.utils.translation import gettext as _

from voting.refusals import Refused

MAX_LENGTH = 20


def check_proof(*, ticket: str, proof: str, bits: int) -> None:
    """Refuse a newcomer whose browser has not done the work."""
    if bits and not is_proof(ticket, proof, bits):
        raise Refused(
            _("Your browser has to do a little work first, for which it needs JavaScript. Try again.")
        )


def is_proof(ticket: str, proof: str, bits: int) -> bool:
    """Whether the number is a proof for this ticket."""
    if not ticket or not (proof.isascii() and proof.isdigit()) or len(proof) > MAX_LENGTH:
        return False
    digest = hashlib.sha256(f"{ticket}:{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
