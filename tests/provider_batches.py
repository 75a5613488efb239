"""The batches of the local provider: accepted, processed, listed, and read as JSON Lines in any order."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Answer = Callable[[dict[str, Any]], dict[str, Any]]
OUTCOMES = ("succeeded", "errored", "canceled", "expired")


@dataclass
class Batches:
    """What the provider knows of batches; `faults` says what becomes of the n-th request (from 1).

    A batch ends when it has been asked about `n_polls` times. With `keeps_silent` a batch is accepted and
    the answer is held back, as when a client dies before it can note the batch's name.
    """

    n_polls: int = 1
    faults: dict[int, str] = field(default_factory=dict)
    keeps_silent: bool = False
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    paid: Counter[str] = field(default_factory=Counter)
    n_requests: int = 0

    def create(self, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
        """Accept a batch; its requests are processed, and so paid for, at once."""
        name = f"msgbatch_{len(self.made) + 1}"
        results = [self.process(request, answer) for request in body["requests"]]
        self.made[name] = {
            "results": results,
            "asked": 0,
            "created_at": datetime.now(UTC).isoformat(),
            "is_canceled": False,
        }
        return self.shown(name)

    def process(self, request: dict[str, Any], answer: Answer) -> dict[str, Any]:
        self.n_requests += 1
        outcome = self.faults.get(self.n_requests, "succeeded")
        result: dict[str, Any] = {"type": outcome}
        if outcome == "succeeded":
            self.paid[request["custom_id"]] += 1
            result["message"] = answer(request["params"])
        elif outcome == "errored":
            error = {"type": "api_error", "message": "scripted fault"}
            result["error"] = {"type": "error", "error": error, "request_id": None}
        return {"custom_id": request["custom_id"], "result": result}

    def shown(self, name: str) -> dict[str, Any]:
        batch = self.made[name]
        has_ended = batch["asked"] >= self.n_polls or batch["is_canceled"]
        told = Counter(result["result"]["type"] for result in batch["results"])
        counts = {outcome: told[outcome] * has_ended for outcome in OUTCOMES}
        created = datetime.fromisoformat(batch["created_at"])
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": "ended" if has_ended else "in_progress",
            "request_counts": counts | {"processing": 0 if has_ended else len(batch["results"])},
            "created_at": batch["created_at"],
            "expires_at": (created + timedelta(days=1)).isoformat(),
            "ended_at": batch["created_at"] if has_ended else None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"/v1/messages/batches/{name}/results" if has_ended else None,
        }

    def retrieve(self, name: str) -> dict[str, Any]:
        self.made[name]["asked"] += 1
        return self.shown(name)

    def cancel(self, name: str) -> dict[str, Any]:
        self.made[name]["is_canceled"] = True
        return self.shown(name)

    def listed(self) -> dict[str, Any]:
        data = [self.shown(name) for name in reversed(self.made)]
        return {"data": data, "has_more": False, "first_id": None, "last_id": None}

    def results(self, name: str) -> str:
        """The results, last one first."""
        return "".join(json.dumps(result) + "\n" for result in reversed(self.made[name]["results"]))
