"""A reader of the page, with a browser of their own language, theme and size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request

_SCREENSHOTS = Path(__file__).resolve().parents[4] / "build" / "screenshots"


class Visit:
    """Pages of the running server; what they asked for, said and threw is kept."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self.address = browser, address
        self._contexts: list[BrowserContext] = []
        self.requests: list[Request] = []
        self.trouble: list[str] = []

    def __call__(self, where: str = "", *, storage: Any = None, **how: Any) -> Page:
        given = {
            "locale": "en-US",
            "color_scheme": "light",
            "viewport": {"width": 1280, "height": 900},
            **how,
        }
        context = self._browser.new_context(base_url=self.address, storage_state=storage, **given)
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self.requests.append(request))
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda said: self.trouble.append(said.text) if said.type == "error" else None)
        page.goto(f"/{where}")
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def kept(page: Page, name: str) -> None:
    """A screenshot that CI keeps."""
    page.screenshot(path=_SCREENSHOTS / f"{name}.png", full_page=True)


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical, each with where it is."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']][:3]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide
