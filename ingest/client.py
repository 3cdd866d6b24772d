"""How sources reach their bytes: the only door to the outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import metadata, resources
from pathlib import Path

from ingest.source import Fetched
from warehouse.errors import InvalidInput, MissingRequirement
from warehouse.settings import settings

_CHUNK_BYTES = 1 << 20


class Client:
    """Reads the user's own files and files of installed packages, in pieces.

    `files` are the user's price lists and discount files, of the settings if not given.
    """

    def __init__(self, files: Iterable[Path] | None = None) -> None:
        self.files = tuple(settings().price_files if files is None else files)

    def read_file(self, path: Path) -> Iterator[bytes]:
        """The bytes of `path`. Raises InvalidInput where it cannot be read."""
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            hint = "Check the path and its permissions."
            raise InvalidInput(f"Cannot read {path}: {error.strerror}.", hint) from None

    def package_version(self, distribution: str) -> str:
        """The installed version. Raises MissingRequirement with the command that installs it."""
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            hint = f"Install it: pip install {distribution}"
            raise MissingRequirement(f"The package {distribution} is not installed.", hint) from None

    def package_file(self, distribution: str, package: str, path: str) -> Fetched:
        """One data file of an installed package, cited by its package URL."""
        with resources.as_file(resources.files(package) / path) as local:
            chunks = self.read_file(local)
        return Fetched(Path(path).name, self.package_url(distribution, f"{package}/{path}"), chunks)

    def package_url(self, distribution: str, path: str) -> str:
        """The purl of a file in an installed package: pkg:pypi/<distribution>@<version>#<path>."""
        return f"pkg:pypi/{distribution}@{self.package_version(distribution)}#{path}"
