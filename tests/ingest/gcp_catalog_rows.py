"""The fixtures of Google's Billing Catalog as rows."""

from collections.abc import Callable

from ingest.source import Payload
from ingest.sources import gcp_catalog
from tests.ingest.replay import FIXTURES
from tests.ingest.rows import Rows
from warehouse.contracts import Scope

Keep = Callable[[str, Scope, dict[str, bytes]], list[Payload]]
FOLDER = FIXTURES / "gcp_catalog"
PAGES = {
    "Compute Engine": ("compute-1.json", "compute-2.json"),
    "Cloud Storage": ("storage.json",),
    "Cloud SQL": ("sql.json",),
}


def listed(keep: Keep, service: str = "Compute Engine", regions: tuple[str, ...] | None = None) -> Rows:
    files = {name: (FOLDER / name).read_bytes() for name in PAGES[service]}
    return parsed(keep("gcp_catalog", Scope("gcp", service, regions), files))


def parsed(payloads: list[Payload]) -> Rows:
    (tables,) = gcp_catalog.parse(payloads)
    rows: Rows = tables.tables["prices"].to_pylist()
    return rows
