"""What is remembered of an address, so that an unchanged answer need not be sent again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.aside import write_file


@dataclass(frozen=True)
class Validator:
    """The server's own words for the payload `sha256` of `size` bytes that came from `url`."""

    url: str
    etag: str | None
    last_modified: str | None
    sha256: str
    size: int

    def headers(self) -> dict[str, str]:
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        # A header that came is not always one that can be sent.
        return {name: value for name, value in pairs.items() if value and value.isascii()}


class Validators:
    """The folder `cache/http` of a store: losing it costs a download, nothing else."""

    def __init__(self, store: Path) -> None:
        self._folder = store / "cache" / "http"
        self._payloads = store / "payloads"

    def of(self, url: str) -> Validator | None:
        """What to ask with; None where nothing is known or the payload has gone."""
        try:
            known = Validator(**json.loads(self._path(url).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        kept = self._payloads / known.sha256[:2] / f"{known.sha256}.zst"
        return known if known.url == url and kept.is_file() else None

    def remember(self, validator: Validator) -> None:
        """Called when the payload is on disk, never before."""
        if validator.headers():
            write_file(self._path(validator.url), json.dumps(asdict(validator)).encode())

    def forget(self, url: str) -> None:
        self._path(url).unlink(missing_ok=True)

    def _path(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json"
