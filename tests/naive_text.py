"""Texts read naively, for the oracle: the folded view, sentences and lines, patterns. No code of the core."""

from __future__ import annotations

from typing import Any

import regex

LIMIT = 4096

# The folds and look-alikes that the laws' texts have.
FOLDS = {"\u200b": "", "\u00a0": " ", "\u3000": " ", "９": "9", "ａ": "a", "ｂ": "b", "’": "'"}
ALIKE = {"а": "a", "о": "o", "е": "e"}
MARKS, WIDE_MARKS, CLOSERS = ".!?…", "。！？", "\"'”’»)]」』）】*_`"


def folded(text: str) -> tuple[str, list[int]]:
    out, raw = "", []
    for i, c in enumerate(text):
        to = FOLDS.get(c, c)
        if c in ALIKE:
            word = i
            near = False
            for step in (-1, 1):
                word = i + step
                while 0 <= word < len(text) and abs(word - i) <= 32:
                    if not (text[word].isalnum() or text[word] in "_\u200b"):
                        break
                    near = near or (text[word].isascii() and text[word].isalpha())
                    word += step
            to = ALIKE[c] if near else c
        out += to
        raw += [i] * len(to)
    return out, [*raw, len(text)]


def units(text: str, scope: str) -> list[tuple[int, int]]:
    if scope == "reply":
        return [(0, len(text))]
    found, start = [], 0
    while start < len(text):
        end = line_end(text, start) if scope == "line" else sentence_end(text, start)
        found.append((start, end))
        start = end
    return found


def line_end(text: str, start: int) -> int:
    at = text.find("\n", start)
    return min(at + 1 if at >= 0 else len(text), start + LIMIT)


def sentence_end(text: str, start: int) -> int:
    for i in range(start, min(len(text), start + 600)):
        end = i + 1
        if text[i] == "\n":
            pass
        elif text[i] in MARKS or text[i] in WIDE_MARKS:
            while (
                end < len(text)
                and end - i < 16
                and text[end] in (MARKS if text[i] in MARKS else MARKS + WIDE_MARKS)
            ):
                end += 1
            closers = 0
            while end < len(text) and closers < 8 and text[end] in CLOSERS:
                end, closers = end + 1, closers + 1
            if text[i] in MARKS and end < len(text) and not text[end].isspace():
                continue
        else:
            continue
        while end < len(text) and text[end].isspace():
            end += 1
        if text[i] == "." and end < len(text) and keeps_open(text, start, i, end):
            continue
        if (
            text[i] in WIDE_MARKS
            and end < len(text)
            and i > start
            and text[i - 1].isdigit()
            and text[end].isdigit()
        ):
            continue
        return min(end, start + 600)
    return min(len(text), start + 600)


def keeps_open(text: str, start: int, at: int, end: int) -> bool:
    if text[at + 1] == ".":
        return False
    before = text[start:at].strip()
    if before.isdigit() and len(before) <= 3:
        return True
    found = regex.search(r"(?:[^\W\d_]|(?<=[^\W\d_])\.(?=[^\W\d_]))+$", text[max(start, at - 16) : at])
    word = found[0] if found else ""
    if word.lower() in ("dr", "e.g", "mr") or (len(word) == 1 and word.isupper()):
        return True
    return word.lower() in ("a.m", "p.m", "etc") and (text[end].islower() or text[end].isdigit())


def in_code(text: str) -> list[int]:
    """Places that are Markdown code."""
    found: list[int] = []
    fence = 0
    start = 0
    for line in text.split("\n"):
        end = min(start + len(line) + 1, len(text))
        lead = len(line) - len(line.lstrip(" \t"))
        ticks = len(line) - lead - len(line[lead:].lstrip("`"))
        if fence:
            found += range(start, end)
            if ticks >= fence and not line[lead + ticks :].strip(" \t"):
                fence = 0
        elif ticks >= 3:
            fence = ticks
            found += range(start + lead, end)
        else:
            found += [start + at for at in in_spans(line)]
        start = end
    return found


def in_spans(line: str) -> list[int]:
    found: list[int] = []
    opened = at = 0
    while at < len(line):
        run = len(line[at:]) - len(line[at:].lstrip("`"))
        if opened or run:
            found += range(at, at + max(run, 1))
        if run:
            opened = run if not opened else 0 if run == opened else opened
        at += max(run, 1)
    return found


def compiled(rule: dict[str, Any]) -> Any:
    if "phrases" in rule:
        longest = sorted(rule["phrases"], key=len, reverse=True)
        edge = [(r"(?<!\w)" * p[0].isalnum(), regex.escape(p), r"(?!\w)" * p[-1].isalnum()) for p in longest]
        body = "|".join("".join(parts) for parts in edge)
        return regex.compile(f"(?-f:(?i:{body}))", regex.V1)
    return regex.compile(f"(?-f:{rule['regex']})", regex.V1 | (regex.I if rule.get("ignore_case") else 0))
