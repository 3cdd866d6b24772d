"""What is kept holds no key and nobody's data, and everything else stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from warehouse import log
from warehouse.masking import masked, masked_all

KEY = "sk-proj-Zk3mN8qLr5TvXw2Yb7Dc"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"my key is {KEY}, ok?", "my key is [secret], ok?"),
        ("AKIAIOSFODNN7EXAMPLE and ghp_16C7e42F292c6912E7710c838347Ae178B4a", "[secret] and [secret]"),
        ("Authorization: Bearer abcdef123456", "Authorization: [secret]"),
        (f"X-API-Key: cpk_{'0a' * 32} and cpk_{'0a' * 32}", "X-[secret] and [secret]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN end", "[secret] end"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- x", "[secret] x"),
        ("postgresql://ana:hunter22@db/prices", "postgresql://[secret]@db/prices"),
        ("password=hunter22&x=1", "[secret]&x=1"),
        ("minha senha é hunter22", "minha [secret]"),
        ("mail ana.b+x@example.com.br now", "mail [email] now"),
        ("CPF 529.982.247-25 ou 52998224725", "CPF [cpf] ou [cpf]"),
        ("CNPJ 11.222.333/0001-81, 11222333000181, 12.ABC.345/01DE-35", "CNPJ [cnpj], [cnpj], [cnpj]"),
        ("card 4111 1111 1111 1111, 5500-0000-0000-0004", "card [card], [card]"),
        (
            "(11) 98765-4321, +55 11 98765-4321, 11 3456-7890, +1 415 555 2671, 415-555-2671",
            "[phone], [phone], [phone], [phone], [phone]",
        ),
    ],
)
def test_what_is_put_out_of_sight(text: str, kept: str) -> None:
    assert masked(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "1000000000 input tokens and 4000000000000 output tokens on gpt-4o",
        "prices of 2020-2024, from 2023-08-01 to 2025-03-25",
        "snapshot 20261201T104358Z-658d572f, p5.48xlarge at 98.32 USD/hour, +45 regions",
        "71.773,60 USD por mês; 1.234.567,89 BRL; 123.456.789 requisições",
        "5f3a1c52-1234-5678-9012-123456789012",
        "max_tokens: 200000, tokens=1200",
        "e2-standard-32 Standard_NC24ads_A100_v4 a2-ultragpu-8g",
        "52998224724 and 4111111111111112 and 11222333000182",
    ],
)
def test_what_stays(text: str) -> None:
    assert masked(text) == text


def test_a_known_secret_needs_no_shape() -> None:
    assert masked("no such key: velvet-otter", "velvet-otter", None, "no") == "no such key: [secret]"


def test_texts_within_texts() -> None:
    told = masked_all({"question": KEY, "rows": [{"a": KEY, "n": 3}], "kept": None})
    assert told == {"question": "[secret]", "rows": [{"a": "[secret]", "n": 3}], "kept": None}


def test_the_log_holds_no_secret(tmp_path: Path) -> None:
    log.configure(tmp_path)
    try:
        logger = log.get_logger("test")
        logger.info("asked", question=f"use {KEY}", steps=[{"text": "ana@example.com"}], size=12345678901)
        try:
            int(KEY)
        except ValueError:
            logger.exception("unexpected")
    finally:
        log.configure(tmp_path / "other")
    lines = (tmp_path / "cloud-pricing.jsonl").read_text(encoding="utf-8").splitlines()
    first, second = map(json.loads, lines)
    assert (first["question"], first["steps"], first["size"]) == (
        "use [secret]",
        [{"text": "[email]"}],
        12345678901,
    )
    assert "ValueError: invalid literal for int() with base 10: '[secret]'" in second["exception"]
    assert KEY not in "".join(lines)


@pytest.mark.parametrize("again", ["secret-", "token", "1.", "a.", "eyJ-"])
def test_a_long_text_holds_nothing_up(again: str) -> None:
    """Were a pattern quadratic, this would not end before the limit of a test."""
    text = again * (200_000 // len(again))
    assert masked(text) == text
