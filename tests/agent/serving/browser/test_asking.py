"""Questions asked in the page, and what is shown of their answers."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.agent.serving.browser.visit import Visit, kept, overflow, serious

_HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


def test_a_question_is_asked_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type("price of m5.large in us-east-1")
    page.keyboard.press("Enter")
    cited = page.get_by_role("link", name=re.compile("^Source 1:")).first
    expect(page.locator(".prose").last).to_contain_text("0.096 USD/hour")
    expect(page.get_by_role("cell", name="$0.096")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(re.compile("Answer: m5.large costs 0.096"))
    assert serious(page) == []
    kept(page, "ask")
    expect(cited).to_have_attribute("href", re.compile("^#/prices/[0-9a-f-]{36}$"))


def test_a_conversation_in_portuguese_on_a_phone_in_the_dark(visit: Visit) -> None:
    page = visit(locale="pt-BR", color_scheme="dark", viewport={"width": 360, "height": 740})
    expect(page.get_by_role("heading", level=1)).to_have_text("Quanto custa na nuvem?")
    assert serious(page) == []
    page.get_by_label("Sua pergunta").fill("preço da m5.large em us-east-1")
    page.get_by_role("button", name="Perguntar").click()
    expect(page.locator(".prose").last).to_contain_text("0,096 USD/hora")
    expect(page.get_by_role("cell", name="US$ 0,096")).to_be_visible()
    page.get_by_label("Sua pergunta").fill("e na Irlanda?")
    page.get_by_label("Sua pergunta").press("Enter")
    expect(page.locator(".prose").last).to_contain_text("0,107 USD/hora")
    assert overflow(page) <= 0
    assert serious(page) == []
    kept(page, "ask-pt-dark-phone")

    page.reload()  # the address holds the conversation
    expect(page.locator(".prose").last).to_contain_text("0,107 USD/hora")
    page.get_by_role("button", name="Nova conversa").last.click()
    expect(page.locator(".prose")).to_have_count(0)


def test_what_is_chosen_of_theme_and_language_is_remembered(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Switch to the dark theme").click()
    page.get_by_role("button", name="Português").click()
    expect(page.get_by_role("navigation")).to_contain_text("Ofertas")
    expect(page.get_by_role("button", name="English")).to_be_focused()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(231, 236, 242)"


def test_a_question_that_is_not_answered_leads_on(visit: Visit) -> None:
    page = visit("#/ask?q=asdf")
    page.locator(".suggestions").get_by_role("button").first.click()
    expect(page.get_by_role("article")).to_have_count(2)


def test_what_is_typed_and_what_rows_hold_never_becomes_markup(visit: Visit) -> None:
    page = visit("?")
    answer = {
        "question": _HOSTILE, "text": f"{_HOSTILE} [1]\n- **{_HOSTILE}** `{_HOSTILE}` javascript:alert(1)",
        "rows": [{"name": _HOSTILE, "source_url": f"javascript:{_HOSTILE}", "price": "1", "currency": _HOSTILE}],
        "columns": ["name", "source_url", "price", "currency"], "caveats": [_HOSTILE], "suggestions": [_HOSTILE],
        "citations": [{"number": 1, "price_id": _HOSTILE, "source": "javascript:alert(1)", "title": _HOSTILE, "as_of": None}],
        "snapshot": _HOSTILE, "as_of": None, "tools_used": [], "duration_ms": 1, "tokens_used": 0, "language": "en",
        "intent": _HOSTILE, "model": "rules", "sql": _HOSTILE, "chart": None, "trace": [],
    }  # fmt: skip
    told = [("tool_started", {"tool": _HOSTILE, "arguments": {"a": _HOSTILE}}), ("done", answer)]
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in told)
    page.route("**/v1/ask", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    page.get_by_label("Your question").fill(_HOSTILE)
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".about")).to_be_visible()
    assert page.locator("main img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert "owned" not in page.evaluate("document.title.replace(/onerror.*/, '')")


def test_stopping_ends_the_work_and_a_server_that_is_gone_is_said(visit: Visit) -> None:
    page = visit()
    page.route("**/v1/ask", lambda route: None)  # never answered
    page.get_by_label("Your question").fill("price of m5.large")
    page.get_by_label("Your question").press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("article")).to_contain_text("Stopped.")
    page.unroute("**/v1/ask")
    page.route(
        "**/v1/ask", lambda route: route.fulfill(status=503, json={"detail": "Full.", "hint": "Wait."})
    )
    page.get_by_label("Your question").fill("price of m5.large")
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Full.")
    visit.trouble.clear()  # the browser itself reports the 503
    page.unroute("**/v1/ask")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".prose").last).to_contain_text("0.096 USD/hour")
