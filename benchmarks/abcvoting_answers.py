"""Ask abcvoting for slates of small made-up profiles; its answers are what tests compare ours with.

    python3 -m venv var/abcvoting && var/abcvoting/bin/pip install abcvoting==2.19.2
    var/abcvoting/bin/python benchmarks/abcvoting_answers.py > tests/opinion/abcvoting_answers.json

Kept apart from the site's requirements, because abcvoting needs a commercial solver's package and a dozen
others that nothing else here uses.
"""

import json
import random
import sys

from abcvoting import abcrules, properties, scores
from abcvoting.preferences import Profile

N_PROFILES = 60
RULES = {"equal_shares": "equal-shares", "phragmen": "seqphragmen", "greedy": "seqpav"}


def draw_profile(draw: random.Random) -> tuple[int, list[list[int]]]:
    """Number of candidates, and what each person approves; two camps, so that claims differ."""
    n_candidates = draw.randint(4, 10)
    camps = [[draw.random() ** 3 for _ in range(n_candidates)] for _ in range(2)]
    people = [draw.choice(camps) for _ in range(draw.randint(5, 30))]
    return n_candidates, [[c for c in range(n_candidates) if draw.random() < camp[c]] for camp in people]


def answer(draw: random.Random) -> dict:
    """One profile with abcvoting's slates (ties for the smallest number) and its verdict on a drawn one."""
    n_candidates, approvals = draw_profile(draw)
    n = draw.randint(2, n_candidates - 1)
    profile = Profile(n_candidates)
    profile.add_voters(approvals)
    drawn = sorted(draw.sample(range(n_candidates), n))
    best = abcrules.compute("pav", profile, n, resolute=True)[0]
    return {
        "n_candidates": n_candidates,
        "n": n,
        "approvals": approvals,
        "slates": {
            name: sorted(abcrules.compute(rule, profile, n, resolute=True)[0]) for name, rule in RULES.items()
        },
        "best_thiele_score": float(scores.thiele_score("pav", profile, best)),
        "checked": {
            "slate": drawn,
            "jr": properties.check_JR(profile, drawn),
            "ejr_plus": properties.check_EJR_plus(profile, drawn),
        },
    }


def main() -> None:
    draw = random.Random(0)
    lines = [json.dumps(answer(draw), separators=(",", ":")) for _ in range(N_PROFILES)]
    sys.stdout.write("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
