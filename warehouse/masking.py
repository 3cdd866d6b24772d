"""Keys and personal data, put out of sight before a text is kept: in logs, traces, providers' errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

_SHORT = 200  # characters of a text that is remembered
_SHORTEST = 6  # characters of a known secret; what is shorter stands in any text

# Strangers write some of it, so every pattern is linear in the text: a run is tried from its start only, or
# so far and no further.
_SECRETS = (
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}(?:\.[\w-]*)?",
    r"(?i:\b(?:bearer|basic)\s{1,9})[\w.~+/=-]{8,}",
    r"\b(?:sk|pk|rk)[-_][\w-]{8,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}",
    r"\b(?:gh[pousr]|github_pat|hf|gsk|r8|npm|glpat|xox[abeprs]|dop_v1|pypi|tvly|xai|cpk)[-_][\w-]{10,}",
    r"\b(?:AIza|ya29\.)[\w-]{20,}",
    r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
    # A name that says so, and its value; a count of tokens is no secret.
    r"(?i:(?:api[_-]?key|secret|token|password|passwd|pwd|senha|credential)[\w-]{0,40}[\"']?\s{0,9}(?:[:=]|\bis\b|é|\beh\b)\s{0,9}[\"']?)"
    r"(?!\d{1,9}\b)[^\s\"',;&}]{4,}",
)
_EMAIL = r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+"
_PHONE = (
    r"\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,5}(?:[ .-]?\d{2,5}){1,4}",
    r"\(\d{2}\) ?\d{4,5}[- ]?\d{4}",
    r"\d{2} 9\d{4}[- ]?\d{4}",
    r"\d{2} \d{4}-\d{4}",
    r"9\d{4}-\d{4}",
    r"\(\d{3}\) ?\d{3}[-. ]\d{4}",
    r"\d{3}-\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4}",
)
_NUMBERED = r"(?<![\w.,+-])(?:{})(?![\w-]|[.,]\d)"
_CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def masked(text: str, *known: str | None) -> str:
    """The text with keys, e-mail addresses, CPF, CNPJ, card and telephone numbers replaced by their kind.

    `known` are secrets that need no shape to be found.
    """
    for secret in known:
        if secret and len(secret) >= _SHORTEST:
            text = text.replace(secret, "[secret]")
    return _remembered(text) if len(text) <= _SHORT else _masked(text)


def _masked(text: str) -> str:
    for pattern, kind, holds in _MASKS:
        text = pattern.sub(partial(_mask, kind, holds), text)
    return text


# A log line has many short texts that others had before it; all patterns on each take longer than writing it.
_remembered = lru_cache(maxsize=1024)(_masked)


def _mask(kind: str, holds: Callable[[str], bool], found: re.Match[str]) -> str:
    return f"[{kind}]" if holds(found.group()) else found.group()


def masked_all(value: Any) -> Any:
    """The same value with every text in it masked; names of fields are kept."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {key: masked_all(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked_all(item) for item in value]
    return value


def _card(found: str) -> bool:
    """Luhn's check digit, and a first digit that an issuer has."""
    digits = [int(c) for c in found if c.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return digits[0] in range(2, 7) and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _cpf(found: str) -> bool:
    digits = [int(c) for c in found if c.isdigit()]
    return len(set(digits)) > 1 and all(
        digits[n] == sum(d * w for d, w in zip(digits, range(n + 1, 1, -1), strict=False)) * 10 % 11 % 10
        for n in (9, 10)
    )


def _cnpj(found: str) -> bool:
    """Since 2026 its first twelve characters may be letters, each worth its code less that of `0`."""
    values = [ord(c) - ord("0") for c in found.upper() if c.isalnum()]
    checks = []
    for n in (12, 13):
        rest = sum(v * w for v, w in zip(values, _CNPJ_WEIGHTS[13 - n :], strict=False)) % 11
        checks.append(0 if rest < 2 else 11 - rest)
    return len(set(values)) > 1 and values[12:] == checks


def _always(_: str) -> bool:
    return True


_Mask = tuple[re.Pattern[str], str, Callable[[str], bool]]
_MASKS: tuple[_Mask, ...] = (
    (re.compile("|".join(_SECRETS), re.DOTALL), "secret", _always),
    (re.compile(_EMAIL), "email", _always),
    (re.compile(_NUMBERED.format(r"\d{3}\.\d{3}\.\d{3}-\d{2}")), "cpf", _always),
    (re.compile(_NUMBERED.format(r"\d{11}")), "cpf", _cpf),
    (re.compile(_NUMBERED.format(r"[A-Z0-9]{2}(?:\.[A-Z0-9]{3}){2}/[A-Z0-9]{4}-\d{2}")), "cnpj", _always),
    (re.compile(_NUMBERED.format(r"[A-Z0-9]{12}\d{2}")), "cnpj", _cnpj),
    (re.compile(_NUMBERED.format(r"\d(?:[ -]?\d){12,18}")), "card", _card),
    (re.compile(_NUMBERED.format("|".join(_PHONE))), "phone", _always),
)
