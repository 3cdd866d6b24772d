"""The same history in pandas frames and in SQLite, kept and asked the plain way.

Both take over what an invented warehouse holds, then do with the next list what publishing does to the
history: close the prices that moved, keep them, open the new ones, and write the result. They do no more: no
gate, no offers, no documents. Times are microseconds since 1970, money is a float.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from benchmarks.history.invention import sql


class Yardstick(Protocol):
    name: str

    def publish(self, moment: int) -> int: ...

    def offers(self, accelerator: str, region: str) -> Sequence[Any]: ...

    def as_of(self, moment: int, machine: str, region: str) -> Sequence[Any]: ...

    def size(self) -> int: ...


def taken_over(warehouse: Path, listed: Path, folder: Path) -> Path:
    """`keys`, `spans` and `next` of an invented warehouse as Parquet files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for name in ("keys", "spans", "next"):
            query = sql(f"taken_{name}").replace("$path", f"'{listed}'")
            connection.execute(
                f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
    return folder


class Pandas:
    """Frames in memory; published as one Parquet file."""

    name = "pandas"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = pd.read_parquet(folder / "keys.parquet")
        for column in ("provider", "instance_type", "region", "accelerator"):
            self._keys[column] = self._keys[column].astype("category")
        self._spans = pd.read_parquet(folder / "spans.parquet")

    def publish(self, moment: int) -> int:
        incoming = pd.read_parquet(self._folder / "next.parquet")
        is_open = self._spans["valid_to"].isna()
        held = self._spans[is_open].merge(incoming, on="key_no", suffixes=("", "_new"))
        differs = (held["price"] != held["price_new"]) | (
            held["upfront"].fillna(-1) != held["upfront_new"].fillna(-1)
        )
        moved = held[differs]
        closing = is_open & self._spans["key_no"].isin(moved["key_no"])
        self._spans.loc[closing, "valid_to"] = moment
        opened = pd.DataFrame(
            {
                "key_no": moved["key_no"],
                "valid_from": moment,
                "valid_to": float("nan"),
                "price": moved["price_new"],
                "upfront": moved["upfront_new"],
            }
        ).astype(self._spans.dtypes.to_dict())
        self._spans = pd.concat([self._spans, opened], ignore_index=True)
        self._spans.to_parquet(self._folder / "published.parquet", compression="zstd")
        return len(moved)

    def offers(self, accelerator: str, region: str) -> Sequence[Any]:
        keys = self._keys
        wanted = keys[
            (keys["provider"] == "aws") & (keys["accelerator"] == accelerator) & (keys["region"] == region)
        ]
        spans = self._spans
        return list(spans[spans["valid_to"].isna() & spans["key_no"].isin(wanted["key_no"])].itertuples())

    def as_of(self, moment: int, machine: str, region: str) -> Sequence[Any]:
        keys, spans = self._keys, self._spans
        wanted = keys[(keys["instance_type"] == machine) & (keys["region"] == region)]
        of_them = spans[spans["key_no"].isin(wanted["key_no"])]
        then = (of_them["valid_from"] <= moment) & ~(of_them["valid_to"] <= moment)
        return list(of_them[then].itertuples())

    def size(self) -> int:
        return sum((self._folder / f"{name}.parquet").stat().st_size for name in ("keys", "published"))


class Sqlite:
    """One file with the indexes that the questions ask for; published as a copy of it."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "history.sqlite3"
        self._path.unlink(missing_ok=True)
        self._db = sqlite3.connect(self._path)
        self._db.execute("PRAGMA journal_mode = off")
        self._db.execute("PRAGMA synchronous = off")
        self._db.execute(
            "CREATE TABLE keys (key_no INTEGER PRIMARY KEY, price_id, provider, instance_type, region, "
            "operating_system, tenancy, purchase_option, accelerator)"
        )
        self._db.execute(
            "CREATE TABLE spans (key_no INTEGER, valid_from INTEGER, valid_to INTEGER, price REAL, "
            "upfront REAL)"
        )
        self._fill("keys", 9)
        self._fill("spans", 5)
        self._db.execute("CREATE INDEX machines ON keys (instance_type, region)")
        self._db.execute(
            "CREATE INDEX accelerators ON keys (accelerator, region) WHERE accelerator IS NOT NULL"
        )
        self._db.execute("CREATE INDEX history ON spans (key_no, valid_from)")
        self._db.execute("CREATE INDEX in_force ON spans (key_no) WHERE valid_to IS NULL")
        self._db.commit()

    def _fill(self, table: str, columns: int) -> None:
        marks = ", ".join("?" * columns)
        for batch in pq.ParquetFile(self._folder / f"{table}.parquet").iter_batches(100_000):
            rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def publish(self, moment: int) -> int:
        self._db.close()
        copied = self._folder / "published.sqlite3"
        shutil.copyfile(self._path, copied)
        self._db = sqlite3.connect(copied)
        self._db.execute("PRAGMA synchronous = off")
        self._db.execute("CREATE TEMP TABLE incoming (key_no INTEGER PRIMARY KEY, price REAL, upfront REAL)")
        for batch in pq.ParquetFile(self._folder / "next.parquet").iter_batches(100_000):
            rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            self._db.executemany("INSERT INTO incoming VALUES (?, ?, ?)", rows)
        self._db.execute(
            "CREATE TEMP TABLE moved AS SELECT n.* FROM incoming AS n JOIN spans AS s ON s.key_no = n.key_no "
            "WHERE s.valid_to IS NULL AND (s.price <> n.price OR s.upfront IS NOT n.upfront)"
        )
        self._db.execute(
            "UPDATE spans SET valid_to = ? WHERE valid_to IS NULL AND key_no IN (SELECT key_no FROM moved)",
            [moment],
        )
        self._db.execute("INSERT INTO spans SELECT key_no, ?, NULL, price, upfront FROM moved", [moment])
        (count,) = self._db.execute("SELECT count(*) FROM moved").fetchone()
        self._db.commit()
        return int(count)

    def offers(self, accelerator: str, region: str) -> Sequence[Any]:
        return self._db.execute(
            "SELECT k.*, s.price, s.upfront FROM keys AS k JOIN spans AS s ON s.key_no = k.key_no "
            "WHERE k.accelerator = ? AND k.region = ? AND k.provider = 'aws' AND s.valid_to IS NULL",
            [accelerator, region],
        ).fetchall()

    def as_of(self, moment: int, machine: str, region: str) -> Sequence[Any]:
        return self._db.execute(
            "SELECT k.*, s.* FROM keys AS k JOIN spans AS s ON s.key_no = k.key_no WHERE k.instance_type = ? "
            "AND k.region = ? AND s.valid_from <= ? AND (s.valid_to IS NULL OR s.valid_to > ?)",
            [machine, region, moment, moment],
        ).fetchall()

    def size(self) -> int:
        return (self._folder / "published.sqlite3").stat().st_size
