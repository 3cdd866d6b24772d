"""What a snapshot is asked before requests are: what is read once is read then."""

from __future__ import annotations

from agent.answer import answer
from agent.understand.vocabulary import vocabulary
from warehouse.errors import KnowledgeUnavailable
from warehouse.log import get_logger
from warehouse.reader import Reader

_log = get_logger("serving")
# One of each kind that would load something when it is first asked: a locale, a model, what binds SQL.
_QUESTIONS = (
    "price of m5.large in us-east-1",
    "quanto custa uma m5.large em São Paulo?",
    "m5.large vs Standard_D2s_v3",
    "what changed?",
    "what is a spot instance?",
    "select count(*) as n from offers",
)


def warm(reader: Reader) -> None:
    """Its words, its vectors, and the model that embeds questions. Raises SnapshotOutdated."""
    vocabulary(reader)
    for question in _QUESTIONS:
        answer(question, reader=reader)
    try:
        reader.knowledge()
    except KnowledgeUnavailable as error:
        _log.warning("without_knowledge", snapshot=reader.snapshot.id, error=str(error))
