"""The views of data: offers, a price and its past, changes, sources, the snapshot."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from agent.serving.keys import Keys
from tests.agent.serving.browser.visit import Visit, kept, overflow, serious
from tests.agent.serving.conftest import parts_over, served

_HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
_VIEWS = (
    "#/ask",
    "#/offers",
    "#/offers?view=chart",
    "#/changes?since=20y",
    "#/sources",
    "#/snapshot",
    "#/nowhere",
)


def test_a_citation_leads_to_the_price_with_its_history_and_back(visit: Visit) -> None:
    page = visit("#/ask?q=price of m5.large in us-east-1")
    page.get_by_role("link", name=re.compile("^Source 1:")).first.click()
    expect(page.get_by_role("heading", level=1, name="m5.large")).to_be_focused()
    expect(page.locator(".headline")).to_contain_text("$0.096 per hour")
    expect(page.locator(".headline")).to_contain_text("$70.08 per month")
    expect(page.get_by_role("cell", name="in force")).to_be_visible()
    expect(page.locator("figure svg")).to_be_visible()  # drawn under the page's Content-Security-Policy
    assert serious(page) == []
    kept(page, "price")

    page.go_back()
    expect(page.locator(".prose")).to_contain_text("0.096 USD/hour")


def test_what_is_written_before_the_options_come_stays(visit: Visit) -> None:
    page, held = visit("#/offers"), list[Route]()
    page.route("**/v1/options", lambda route: held.append(route))
    with page.expect_request("**/v1/options"):
        page.reload()
    page.get_by_label("Machine").fill("m5.large")
    assert page.get_by_label("Provider").locator("option").count() == 1
    held[0].continue_()
    expect(page.get_by_label("Provider").locator("option")).not_to_have_count(1)
    expect(page.get_by_label("Machine")).to_have_value("m5.large")


def test_offers_are_filtered_sorted_linked_and_exported(visit: Visit, tmp_path: Path) -> None:
    page = visit("#/offers")
    page.get_by_label("Machine").fill("m5.large")
    page.get_by_label("Machine").press("Enter")
    expect(page.get_by_text("2 offers", exact=True)).to_be_visible()
    page.get_by_role("button", name="USD/hour").click()
    expect(page.get_by_role("rowheader")).to_have_count(2)
    expect(page.locator("tbody tr").first).to_contain_text("$0.107")
    assert "machine=m5.large&sort=-price" in page.url
    kept(page, "offers")

    with page.expect_download() as download:
        page.get_by_role("link", name="Save all as CSV").click()
    download.value.save_as(tmp_path / "offers.csv")
    rows = list(csv.DictReader((tmp_path / "offers.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["region"] for row in rows] == ["eu-west-1", "us-east-1"]

    page.reload()  # the address holds the filters
    expect(page.get_by_label("Machine")).to_have_value("m5.large")
    expect(page.locator("tbody tr").first).to_contain_text("$0.107")
    page.go_back()
    expect(page.locator("tbody tr").first).to_contain_text("$0.096")
    page.get_by_role("link", name="Chart").click()
    expect(page.locator("figure svg")).to_be_visible()


def test_more_offers_come_when_they_are_asked_for(visit: Visit) -> None:
    page = visit("?")
    page.route(
        re.compile(r"v1/offers\?.*limit=50"),
        lambda route: route.continue_(url=route.request.url.replace("limit=50", "limit=2")),
    )
    page.evaluate("location.hash = '#/offers'")
    expect(page.get_by_text("2 of 5 offers")).to_be_visible()
    page.get_by_role("button", name="Show more").press("Enter")
    expect(page.get_by_text("4 of 5 offers")).to_be_visible()
    expect(page.get_by_role("rowheader")).to_have_count(4)


@pytest.mark.parametrize(
    "how",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark", "locale": "pt-BR", "viewport": {"width": 360, "height": 740}},
    ],
    ids=["light", "dark-pt-phone"],
)
def test_every_view_can_be_used_by_all(visit: Visit, how: dict[str, object]) -> None:
    page = visit(**how)
    for view in _VIEWS:
        page.evaluate("view => location.hash = view", view)
        expect(page.locator(".waiting")).to_have_count(0)
        expect(page.locator("main h1")).to_have_count(1)
        assert (view, serious(page)) == (view, [])
        assert (view, overflow(page)) == (view, 0)
        assert (view, page.locator("[role=alert]").count()) == (view, 0)


def test_the_snapshot_leads_to_its_validation_report(visit: Visit) -> None:
    page = visit("#/snapshot")
    with page.expect_popup() as report:
        page.get_by_role("link", name="Validation report").click()
    expect(report.value.get_by_role("heading", level=1)).to_be_visible()


def test_rows_never_become_markup(visit: Visit) -> None:
    def hostile(page: Page, path: str, **beside: object) -> None:
        row = {"price_id": "../../ask", "instance_type": _HOSTILE, "provider": _HOSTILE, "region": _HOSTILE, "source_url": "javascript:1", "price_usd_hour": "1", "currency": _HOSTILE, "title": _HOSTILE, "state": _HOSTILE, "prices": 1, "old_price": "1", "new_price": "2", "change_percent": 100}  # fmt: skip
        said = {
            "snapshot": _HOSTILE,
            "rows": [row],
            "columns": list(row),
            "next": None,
            "found": 1,
            "truncated": False,
        }
        page.route(
            f"**/{path}*",
            lambda route: route.fulfill(body=json.dumps(said | beside), content_type="application/json"),
        )

    page = visit("?")
    for path in ("offers", "changes", "sources"):
        hostile(page, f"v1/{path}", fell=0, rose=1)
        page.evaluate("path => location.hash = `#/${path}`", path)
        expect(page.locator("tbody")).to_contain_text("<img src=x")
        assert page.locator("main img, a[href^=javascript]").count() == 0
    assert "owned" not in page.title()


def test_a_server_that_wants_a_key_is_given_one_for_this_tab_only(
    chromium: Browser, small_store: Path, tmp_path: Path
) -> None:
    secret = Keys(tmp_path).create("ana", ("ask",))
    with served(parts_over(small_store, tmp_path, require_keys=True)) as client:
        visit = Visit(chromium, str(client.base_url))
        page = visit("#/offers?machine=m5.large")
        page.get_by_role("textbox", name="API key").fill("cpk_" + "0a" * 32)
        page.get_by_role("button", name="Use key").click()
        expect(page.get_by_text("The last key was not taken.")).to_be_visible()
        assert serious(page) == []
        page.get_by_role("textbox", name="API key").fill(secret)
        page.get_by_role("button", name="Use key").click()
        expect(page.get_by_text("2 offers", exact=True)).to_be_visible()
        with page.expect_download() as download:  # the key goes with it, and is in no address
            page.get_by_role("link", name="Save all as CSV").click()
        assert download.value.path().read_text(encoding="utf-8").count("m5.large") >= 2
        assert all(secret not in request.url for request in visit.requests)
        assert page.evaluate("[sessionStorage.getItem('key'), localStorage.length]") == [secret, 0]
        visit.close()
