"""A snapshot's DuckDB file, opened so that no query writes to it or reaches files, network or extensions."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb

from warehouse.errors import InvalidInput, SnapshotDamaged
from warehouse.settings import settings
from warehouse.snapshots import Snapshot
from warehouse.statements import statement

_LOCK = (
    # A connection's own time zone is not its cursors'.
    "SET GLOBAL TimeZone = 'UTC'",
    "SET enable_external_access = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET lock_configuration = true",
)
# The lock does not hold every function that stands in a FROM: `enable_logging` opens log files and ends
# the process when it may not, `arrow_scan` reads any address, `query` hides another text. So only these.
TABLE_FUNCTIONS = frozenset(
    {
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_tables",
        "duckdb_views",
        "generate_series",
        "json_each",
        "json_tree",
        "pragma_table_info",
        "range",
        "repeat",
        "unnest",
    }
)
# These tell where the server keeps its files, and how it is set up.
OF_THE_SERVER = frozenset({"current_setting", "duckdb_databases", "pg_settings", "pragma_database_list"})
# DuckDB opens a file once in a process: further connections share its settings, and find them locked.
_OPENING = threading.Lock()
# DuckDB gives its threads row groups of this size: of a smaller table a second one only waits, at a cost.
_ROWS_OF_A_THREAD = 122_880


def locked(snapshot: Snapshot, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection whose settings nothing can change; `spill` is as for `Reader`.

    Raises InvalidInput where the process has the file open with other limits, SnapshotDamaged.
    """
    limits = settings()
    most = max(snapshot.manifest.rows.values(), default=0)
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": min(limits.threads, 1 + most // _ROWS_OF_A_THREAD),
        "memory_limit": limits.memory_limit,
        "temp_directory": str(spill or ""),  # by itself DuckDB would spill into the published folder
    }
    try:
        with _OPENING:
            connection = duckdb.connect(str(snapshot.warehouse), read_only=True, config=config)
            if connection.execute(statement("serve/is_locked")).fetchone() == (False,):
                for setting in _LOCK:
                    connection.execute(setting)
            return connection
    except duckdb.ConnectionException:
        raise InvalidInput(
            f"Snapshot {snapshot.id} is open in this process with other limits or another spill folder.",
            "Close that reader, or share it: one reader serves many threads.",
        ) from None
    except duckdb.OutOfMemoryException:
        raise InvalidInput(
            f"CLOUD_PRICING_MEMORY_LIMIT: {limits.memory_limit} does not do to open a snapshot.",
            "Raise it; where it is large, run `cloud-pricing snapshots verify`.",
        ) from None
    except duckdb.Error as error:
        hint = "Run `cloud-pricing snapshots verify`, then `cloud-pricing snapshots rollback`."
        raise SnapshotDamaged(f"The warehouse of snapshot {snapshot.id} does not open.", hint) from error
