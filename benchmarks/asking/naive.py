"""What a stock agent needs for the same questions: agno's Agent with its own DuckDB tools.

Its model is scripted, takes no time, and makes no mistake: it looks at the tables, at the columns of the
view that has the answer, and runs the very SQL that the question's oracle is. A real model needs seconds
for each of the four turns, and may need more of them.
"""

from __future__ import annotations

import logging
from pathlib import Path

from agno.agent import Agent
from agno.tools.duckdb import DuckDbTools

from tests.agent.fake_model import FakeModel

_SEEN = "offers"


class Naive:
    """One agent for all questions, on a warehouse opened once: as fast as it gets."""

    def __init__(self, warehouse: Path) -> None:
        logging.getLogger("agno").disabled = True
        self._model = FakeModel(anew=True)
        tools = DuckDbTools(db_path=str(warehouse), read_only=True)
        self._agent = Agent(model=self._model, tools=[tools], telemetry=False)

    def ask(self, question: str, sql: str) -> str:
        """What the query returned, as the stock tool writes it."""
        self._model.script = [
            [("show_tables", {"show_tables": True})],
            [("describe_table", {"table": _SEEN})],
            [("run_query", {"query": sql})],
            self._repeated,
        ]
        self._model.heard.clear()
        return str(self._agent.run(question).content)

    def _repeated(self, _: str) -> str:
        return self._model.heard[-1][-1]
