"""The measurements as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.retrieval.labelled import HALVES, STYLES, UNANSWERABLE
from benchmarks.retrieval.measure import Found, Quality, encoding, percentiles

Measured = Mapping[str, Sequence[Found]]
_LANGUAGES = {"en": "English", "pt": "Portuguese"}


def whole(measured: Measured) -> str:
    parts = (quality(measured), refusals(measured), latency(measured), misses(measured["fused"]))
    return "\n".join(parts)


def quality(measured: Measured) -> str:
    """Recall in the first five and mean reciprocal rank, by language, style and half."""
    header = ["answerable queries", "n"]
    for mode in measured:
        header += [f"{mode}: recall@5", "MRR"]
    lines = [header]
    for language, name in _LANGUAGES.items():
        lines.append(_line(name, measured, language=language))
        lines += [_line(f"  {style}", measured, language=language, style=style) for style in STYLES]
        lines += [_line(f"  half: {half}", measured, language=language, half=half) for half in HALVES]
    return table(lines)


def _line(name: str, measured: Measured, **where: str) -> list[str]:
    cells = [name]
    for found in measured.values():
        chosen = [one for one in found if one.asked.expects and _is(one, where)]
        if not chosen:
            return [name, "0"]
        held = Quality.of(chosen)
        if len(cells) == 1:
            cells.append(str(held.count))
        cells += [f"{held.recall:.3f}", f"{held.reciprocal_rank:.3f}"]
    return cells


def _is(one: Found, where: Mapping[str, str]) -> bool:
    return all(getattr(one.asked, name) == value for name, value in where.items())


def refusals(measured: Measured) -> str:
    """The share of unanswerable queries that find nothing."""
    lines = [["unanswerable queries", "n", *(f"{mode}: refused" for mode in measured)]]
    for language, name in _LANGUAGES.items():
        for style in UNANSWERABLE:
            where = {"language": language, "style": style}
            lines.append(_refused(f"{name}, {style.replace('_', ' ')}", measured, where))
    lines += [_refused(f"half: {half}", measured, {"half": half}) for half in HALVES]
    lines.append(_refused("all", measured, {}))
    return table(lines)


def _refused(name: str, measured: Measured, where: Mapping[str, str]) -> list[str]:
    cells = [name]
    for found in measured.values():
        chosen = [one for one in found if not one.asked.expects and _is(one, where)]
        if len(cells) == 1:
            cells.append(str(len(chosen)))
        cells.append(f"{sum(one.right for one in chosen) / len(chosen):.3f}" if chosen else "")
    return cells


def latency(measured: Measured) -> str:
    times = {mode: [taken for one in found for taken in one.seconds] for mode, found in measured.items()}
    asked = [one.asked for one in next(iter(measured.values()))]
    times["of which the model, for the query's vector"] = encoding(asked)
    lines = [["latency of a search", "p50", "p95"]]
    for what, taken in times.items():
        middle, tail = percentiles(taken)
        lines.append([what, f"{middle:.1f} ms", f"{tail:.1f} ms"])
    return table(lines)


def misses(found: Sequence[Found]) -> str:
    """What went wrong, a line each: the query, what was found, and what was expected."""
    lines = ["misses (fused):"]
    for one in found:
        if not one.right:
            asked = one.asked
            what = ", ".join(one.subjects) or "nothing"
            wanted = "; ".join(asked.expects) or "nothing"
            label = f"[{asked.language} {asked.style} {asked.half}]"
            lines.append(f"  {label} {asked.query}\n      found: {what}\n      expected: {wanted}")
    return "\n".join(lines) + "\n"


def table(lines: Sequence[Sequence[str]]) -> str:
    columns = max(len(line) for line in lines)
    rows = [[*line, *[""] * (columns - len(line))] for line in lines]
    widths = [max(len(row[place]) for row in rows) for place in range(columns)]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join(text) + "\n"
