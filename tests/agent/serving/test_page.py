"""The page's files, as the server hands them out, and the words in them."""

from __future__ import annotations

import gzip
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from agent.serving.app import create_app
from agent.serving.parts import Parts

_WEB = Path(__file__).resolve().parents[3] / "agent" / "serving" / "web"
_NAME = re.compile(r'^  "?([\w.]+)"?:', re.MULTILINE)


def test_files_are_kept_for_ever_and_the_page_that_names_them_is_not(client: httpx.Client) -> None:
    page = client.get("/")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-cache")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert client.get("/", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    files = re.findall(r'(?:href|src)="(assets/[^"]+)"', page.text)
    assert len(files) > 20
    for file in files:
        got = client.get(f"/{file}")
        assert got.status_code == 200
        assert "immutable" in got.headers["Cache-Control"]
        assert got.headers["Content-Type"].split(";")[0] in ("text/css", "text/javascript", "image/svg+xml")
    main = next(file for file in files if file.endswith("main.js"))
    plain = client.get(f"/{main}", headers={"Accept-Encoding": "identity"})
    with client.stream("GET", f"/{main}", headers={"Accept-Encoding": "gzip"}) as packed:
        assert gzip.decompress(b"".join(packed.iter_raw())) == plain.content
    gone = re.sub(r"assets/\w+/", "assets/0123456789abcdef/", main)
    assert client.get(f"/{gone}").status_code == 404
    assert client.get(f"/{main.replace('main.js', '%2e%2e/settings.py')}").status_code == 404


def test_both_languages_have_the_same_words_and_all_that_are_used() -> None:
    words = {
        name: set(_NAME.findall((_WEB / "words" / f"{name}.js").read_text(encoding="utf-8")))
        for name in ("en", "pt", "en_names", "pt_names")
    }
    assert words["en"] == words["pt"]
    assert words["en_names"] == words["pt_names"]
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in _WEB.rglob("*.js") if path.parent.name != "words"
    )
    used = set(re.findall(r'\bt\("([\w.]+)"', code))
    assert used - words["en"] - words["en_names"] == set()
    made = set(re.findall(r"\bt\(`([\w.]+)\.\$", code))  # by a name's beginning
    known = words["en"] | words["en_names"]
    assert {name for name in made if not any(one.startswith(f"{name}.") for one in known)} == set()
    everywhere = code + "".join(re.findall(r'"[\w.]+"', code))
    unused = {
        name
        for name in words["en"]
        if name not in everywhere and not any(name.startswith(f"{one}.") for one in made)
    }
    assert unused == set()


def test_sellers_are_called_as_in_answers() -> None:
    said = tomllib.loads((_WEB.parents[1] / "render" / "en.toml").read_text(encoding="utf-8"))["provider"]
    words = (_WEB / "words" / "providers.js").read_text(encoding="utf-8")
    assert {name for name in said if f'"value.{name}": ' not in words} == set()


def test_the_first_requests_may_come_at_once(parts: Parts) -> None:
    app = create_app(parts)  # every request reads the description of the API, which the first one makes
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: app.openapi(), range(8)))
    assert all(one is made[0] for one in made)
