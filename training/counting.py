"""Tells the session of each finished sample as Inspect logs it. Imports Inspect: load inside functions."""

from inspect_ai.hooks import Hooks, SampleEnd, hooks

from training.calls import TOKEN_USE
from training.session import current_session


@hooks(name="generation_rows", description="Takes the result row of each finished sample.")
class ResultRows(Hooks):
    def enabled(self) -> bool:
        """From the first question on, so that Inspect has nothing to announce when it begins."""
        session = current_session()
        return session is not None and session.has_begun

    async def on_sample_end(self, data: SampleEnd) -> None:
        session = current_session()
        if session is not None and data.sample.error is None:
            row = session.read_result(data.sample)
            session.rows[str(data.sample.id)] = row | {"token_use": data.sample.store.get(TOKEN_USE, {})}
