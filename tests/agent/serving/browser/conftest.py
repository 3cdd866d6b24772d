"""The page in a real browser: Debian's Chromium, or whichever `chromium` is on the path."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.agent.serving.browser.visit import Visit

expect.set_options(timeout=20_000)  # milliseconds: the machine may be busy with other tests
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


# Of a module and not of the session: while Playwright runs, no other test of this process could use asyncio.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not _CHROMIUM:
        pytest.skip("there is no Chromium: `apt-get install chromium`")
    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # root cannot use Chromium's
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, client: httpx.Client) -> Iterator[Visit]:
    """Opens the page; a script's error, or a request that leaves the origin, fails the test."""
    visit = Visit(chromium, str(client.base_url))
    yield visit
    visit.close()
    assert not visit.trouble
    assert {request.url for request in visit.requests if not request.url.startswith(visit.address)} == set()
