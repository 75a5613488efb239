"""What the worker does while Inspect works: it tells the database how far it is, and obeys it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from training import claims
from training.batches import Batcher
from training.budget import Purse, commit_exactly, reserve
from training.desk import Desk
from training.folders import answers_folder, iterate_lines, run_folder, sha256_of, shard_of, write_lines
from training.keeping import Keeper
from training.models import GenerationRun, GenerationShard
from training.pipelines import pipeline_of
from training.providers import provider_of
from training.session import Session
from training.shards import Connection, RunStopped
from training.sums import COUNTED, lock_key, sum_shards

LOOK_EVERY = 0.4
DATABASE_PATIENCE = 600.0
CLAIM_PATIENCE = 30.0
Status = GenerationRun.Status
HELD = (Status.PAUSED, Status.CANCELED, Status.FAILED)


def models_asked(run: GenerationRun) -> set[str]:
    """The models that a run asks call by call: its own, unless in batches, and those its options name."""
    told = run.parameters
    named = [*told.get("judges", ()), *told.get("answerers", ()), told.get("judge")]
    names = {each["model"] if isinstance(each, dict) else each for each in named if each}
    return {name for name in names if "/" in name} | (set() if run.uses_batches else {run.model})


class Lookout:
    """One worker's shard, between Inspect's thread and the database."""

    def __init__(
        self,
        run: GenerationRun,
        shard: GenerationShard,
        how: Connection,
        read_result: Callable[[Any], dict[str, Any]],
        on_progress: Callable[[int, int], None] | None,
    ) -> None:
        self.run = run
        self.shard = shard
        self.files = shard_of(run, shard.number)
        self.on_progress = on_progress
        self.how = replace(how, n_at_once=shard.n_samples) if run.uses_batches else how
        self.session = self.make_session(how.n_at_once, read_result)
        self.held_places: dict[str, list[int]] = {}
        self.looked_at = 0.0
        self.lost_at: float | None = None

    def make_session(self, limit: int, read_result: Callable[[Any], dict[str, Any]]) -> Session:
        """Begin where an earlier worker ended: what it had reserved and did not use goes back."""
        keeper = Keeper(answers_folder(), self.run.pk.hex)
        use = keeper.use_of(row["sample_id"] for row in iterate_lines(self.files.samples))
        desk = Desk()
        take = partial(reserve, self.shard) if self.run.has_budget() else None
        purse = Purse(desk, take, spent=use.spent, open=use.open)
        commit_exactly(self.shard, purse.used())
        session = Session(keeper, desk, purse, limit, read_result)
        session.needs_prices = self.run.money_budget_micros is not None
        if self.run.uses_batches:
            session.batcher = Batcher(session, self.shard)
        return session

    @contextmanager
    def places(self) -> Iterator[None]:
        """Hold places of the providers' limits while the shard is carried out."""
        self.take_places()
        try:
            yield
        finally:
            self.leave_places()

    def take_places(self) -> None:
        """Take as many places of each limited provider as are free, up to this worker's connections."""
        for provider in sorted(map(provider_of, models_asked(self.run))):
            limit = settings.PROVIDER_CONCURRENCY.get(provider)
            if limit is None:
                continue
            held = self.held_places.setdefault(provider, [])
            if len(held) < self.session.limit:
                held += claims.take_places(provider, self.session.limit, limit, held)
            self.session.places[provider] = len(held)

    def leave_places(self) -> None:
        for provider, held in self.held_places.items():
            claims.leave_places(provider, held)
        self.held_places = {}

    def look(self) -> None:
        """Serve Inspect's thread, twice a second the database too, and wait for it when it is away."""
        try:
            if self.lost_at is not None:
                self.come_back()
            self.session.desk.serve()
            if time.monotonic() - self.looked_at >= LOOK_EVERY:
                self.looked_at = time.monotonic()
                self.take_places()
                self.report()
                self.see_status()
        except (OperationalError, InterfaceError) as error:
            self.wait_for_database(error)

    def wait_for_database(self, error: Exception) -> None:
        """Let no call begin while the claim on this shard cannot be seen; calls on their way are kept."""
        connection.close()
        self.session.is_closed = True
        self.session.desk.wake.clear()
        self.lost_at = self.lost_at or time.monotonic()
        if time.monotonic() - self.lost_at > DATABASE_PATIENCE:
            self.session.halt("stopped", f"The database has not answered for ten minutes: {error}")

    def come_back(self) -> None:
        """Claim the shard anew: the earlier claim ended with the connection."""
        assert self.lost_at is not None
        if claims.try_claim(lock_key(self.run, self.shard.number)):
            self.held_places = {}
            self.take_places()
            self.session.is_closed = False
            self.lost_at = None
        elif time.monotonic() - self.lost_at > CLAIM_PATIENCE:
            self.session.halt("lost", "Another worker has taken this part of the run.")

    def report(self) -> None:
        """Enter how far the shard is, and the sums in the run's row."""
        rows = list(self.session.rows.values())
        use: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
        for row in rows:
            use.update(row["token_use"])
        GenerationShard.objects.filter(pk=self.shard.pk).update(
            n_finished=len(rows),
            n_failed=sum(bool(row.get("failed")) for row in rows),
            token_use=dict(use),
            cost_micros=self.session.purse.spent.micros,
        )
        figures = sum_shards(self.run)
        GenerationRun.objects.filter(pk=self.run.pk).exclude(status=Status.FINISHED).update(**figures)
        if self.on_progress:
            self.on_progress(figures["n_finished"], self.run.n_samples)

    def see_status(self) -> None:
        """Hold the calls when somebody paused or canceled the run, or another worker had to stop."""
        status = GenerationRun.objects.values_list("status", flat=True).get(pk=self.run.pk)
        if status in HELD:
            self.session.halt(status, f"The run is {Status(status).label.lower()}.")

    def enter_log(self, log: Path) -> None:
        """Write the result rows in the order of the samples, and enter both files with their hashes."""
        write_lines(self.files.results, self.result_rows())
        after_results = pipeline_of(self.run.kind).after_results
        if after_results:
            after_results(self.files.results)
        self.report()
        entry = {
            "file": str(log.relative_to(run_folder(self.run))),
            "sha256": sha256_of(log),
            "samples": self.files.results.name,
            "samples_sha256": sha256_of(self.files.results),
            "n_samples": self.shard.n_samples,
        }
        GenerationShard.objects.filter(pk=self.shard.pk).update(is_finished=True, log=entry)

    def result_rows(self) -> Iterator[dict[str, Any]]:
        for row in iterate_lines(self.files.samples):
            result = self.session.rows.get(row["sample_id"])
            if result is None:
                raise RunStopped(
                    f"Nothing could be read from sample {row['sample_id']}; see the worker's log."
                )
            yield row | result

    def settle(self) -> None:
        """Give back what was reserved and is not used; batches on their way stay reserved."""
        commit_exactly(self.shard, self.session.purse.used())
