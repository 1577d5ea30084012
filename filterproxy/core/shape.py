r"""
What a match can look like, as far as two questions need it.

The *gate* asks "can this text hold a match?", the *hold* asks "could a match begin here, given what
may still come?". Both are answered by RE2 patterns made from a shape, and both may err only to one
side: a shape matches every text that the real detector matches, and perhaps more.

`wide(shape)` is a pattern that is in every text with a match. `prefixes(shape)` is a pattern for all
texts after which the detector still wants to look at the next character:

    ab         (nothing)  a                      ab is complete: what follows cannot change it
    a+         (nothing)  a  aa  aaa ...         it may grow
    ab\b       (nothing)  a  ab                  the boundary looks at what follows
    x(?=yz)    (nothing)  x  xy                  a look-ahead reads on from where it stands

Joined for all rules and anchored at the end of a text, its leftmost match begins at the earliest place
where any rule's match could begin: text before it need not wait. The derivation follows paths, not
priorities, so it holds for greedy, lazy and possessive repeats alike.

Tried and dropped: `regex`'s own partial matching, which reports a complete match in preference to an
earlier partial one, and costs one search for each rule.
"""

from __future__ import annotations

from dataclasses import dataclass

# RE2 refuses larger counts.
_MAX_COUNT = 1000
# Characters of RE2 source for one rule; past that its hold falls back to the rule's scope.
_MAX_SOURCE = 20_000

ANYTHING = r"(?s:.)"


@dataclass(frozen=True, slots=True)
class Chars:
    """One character: an RE2 class (or one escaped character). broad: it is most of all characters."""

    source: str
    broad: bool = False


@dataclass(frozen=True, slots=True)
class Seq:
    """One after the other; `Seq(())` is the empty text."""

    parts: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Alt:
    """One of these."""

    choices: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """*inner*, from *least* to *most* times; most None: without bound."""

    inner: Shape
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    r"""Empty, but looks at the next character: `\b`, `$`, `\Z`, a negative look-ahead of one."""


@dataclass(frozen=True, slots=True)
class End(Edge):
    r"""`\Z`: the end of the text, or of what comes before a piece of the operator's in it."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Empty, but reads on as *inner* does: a look-ahead of either sign."""

    inner: Shape


Shape = Chars | Seq | Alt | Repeat | Edge | Ahead


class Underivable(Exception):
    """No bounded pattern for this shape; args[0] says why, in words for `check`."""


def literal(text: str, *, ignore_case: bool = False) -> Seq:
    """The shape of *text* itself."""
    return Seq(tuple(Chars(_char(c, ignore_case)) for c in text))


def wide(shape: Shape, *, ends: bool = False) -> str:
    """
    RE2 source that is found in every text with a match. "" when every text may have one.

    ends: an `End` is one of the text that the source is asked about, not of a part of it.
    """
    source = _wide(_selective(shape), ends)
    return "" if _nullable(shape) else _bounded(source)


def prefixes(shape: Shape) -> str:
    """RE2 source of all texts after which a match may still begin, grow or be decided."""
    return _bounded(_prefixes(shape))


def _bounded(source: str) -> str:
    if len(source) > _MAX_SOURCE:
        raise Underivable(f"its pattern grows to {len(source)} characters (limit {_MAX_SOURCE})")
    return source


def _char(c: str, ignore_case: bool) -> str:
    if not ignore_case:
        return escape(c)
    cases = {c, c.lower(), c.upper(), c.title(), c.casefold(), c.swapcase(), *_ODD_CASES.get(c.lower(), "")}
    single = sorted(x for x in cases if len(x) == 1)
    return escape(c) if single == [c] else "[" + "".join(map(escape, single)) + "]"


# Characters whose simple folding meets an ASCII letter.
_ODD_CASES = {"k": "\u212a", "s": "\u017f", "i": "\u0130\u0131", "å": "\u212b"}


def escape(c: str) -> str:
    r"""One character for RE2, inside or outside a class; also lone surrogates, which cannot occur."""
    if c.isascii() and (c.isalnum() or c in " _"):
        return c
    return f"\\x{{{ord(c):X}}}"


# What stands for a piece of the operator's (see core.tape).
_AT_END = r"(?:\z|\x{FFFC})"


def _wide(shape: Shape, ends: bool = False) -> str:
    match shape:
        case Chars(source):
            return source
        case Seq(parts):
            return "".join(_wide(p, ends) for p in parts)
        case Alt(choices):
            return "(?:" + "|".join(_wide(c, ends) for c in choices) + ")"
        case Repeat(inner, least, most):
            return _times(_wide(inner, ends), least, most)
        case End():
            return _AT_END if ends else ""
        case Edge() | Ahead():
            return ""


def _times(source: str, least: int, most: int | None) -> str:
    if source == "" or most == 0:
        return ""
    least = min(least, _MAX_COUNT)
    if most is not None and most > _MAX_COUNT:
        most = None
    if (least, most) == (1, 1):
        return source
    count = {(0, 1): "?", (0, None): "*", (1, None): "+"}.get((least, most))
    if count is None:
        count = f"{{{least}}}" if least == most else f"{{{least},{'' if most is None else most}}}"
    return f"(?:{source}){count}"


def _prefixes(shape: Shape) -> str:
    match shape:
        case Chars() | Edge():
            return ""
        case Ahead(inner):
            return _prefixes(inner)
        case Alt(choices):
            return "(?:" + "|".join(_prefixes(c) for c in choices) + ")"
        case Repeat(inner, _, most):
            if most == 0:
                return _never()
            before = _times(_wide(inner), 0, None if most is None else most - 1)
            return before + _prefixes(inner)
        case Seq(parts):
            return _sequence_prefixes(parts)


def _sequence_prefixes(parts: tuple[Shape, ...]) -> str:
    # e1 e2 e3: stopped in e1, or past e1 and stopped in e2, or ...  A part that never looks at the
    # next character (nothing pending) has no place to stop in.
    source: str | None = None
    for part in reversed(parts):
        stopped = None if isinstance(part, Seq) and not part.parts else _prefixes(part)
        later = None if source is None else _past(part) + source
        if stopped is None:
            source = later
        elif later is None:
            source = stopped
        elif source == "" and isinstance(part, Repeat) and isinstance(part.inner, Chars):
            # The commonest end, as of `[A-Z]{2}\d{4,9}\b`: stopped in it, or just past it. One count says
            # both; each count up to nine is nine copies of a class, in every rule.
            source = _times(_wide(part.inner), 0, part.most)
        else:
            source = f"(?:{stopped}|{later})"
    return _never() if source is None else source


def _past(part: Shape) -> str:
    # A look-ahead leaves no trace in what was consumed, so being past it is being where it stood.
    return _wide(part)


def _never() -> str:
    return r"[^\x00-\x{10FFFF}]"


def _nullable(shape: Shape) -> bool:
    match shape:
        case Chars():
            return False
        case Seq(parts):
            return all(_nullable(p) for p in parts)
        case Alt(choices):
            return any(_nullable(c) for c in choices)
        case Repeat(inner, least, _):
            return least == 0 or _nullable(inner)
        case Edge() | Ahead():
            return True


# A gap of broad characters (`.{0,80}`) makes the states of a set multiply; the gate asks only for the
# most telling part beside it.
_GAP = 8


def _selective(shape: Shape) -> Shape:
    match shape:
        case Seq(parts):
            runs: list[list[Shape]] = [[]]
            for part in (_selective(p) for p in parts):
                if _is_gap(part):
                    runs.append([])
                else:
                    runs[-1].append(part)
            return (
                shape
                if len(runs) == 1
                else Seq(tuple(max(runs, key=lambda run: sum(weight(s) for s in run))))
            )
        case Alt(choices):
            return Alt(tuple(_selective(c) for c in choices))
        case Repeat(inner, 1, _):
            return Repeat(_selective(inner), 1, 1) if _has_gap(inner) else shape
        case _:
            return shape


def _is_gap(shape: Shape) -> bool:
    return (
        isinstance(shape, Repeat)
        and isinstance(shape.inner, Chars)
        and shape.inner.broad
        and (shape.most is None or shape.most > _GAP)
    )


def _has_gap(shape: Shape) -> bool:
    match shape:
        case Seq(parts) | Alt(parts):
            return any(_is_gap(p) or _has_gap(p) for p in parts)
        case Repeat(inner, _, _):
            return _is_gap(shape) or _has_gap(inner)
        case _:
            return False


def weight(shape: Shape) -> float:
    """How telling a shape is: about the number of narrow characters that every match has."""
    match shape:
        case Chars(_, broad):
            return 0.1 if broad else 1.0
        case Seq(parts):
            return sum(weight(p) for p in parts)
        case Alt(choices):
            return min((weight(c) for c in choices), default=0.0)
        case Repeat(inner, least, _):
            return least * weight(inner)
        case Edge() | Ahead():
            return 0.0


def reach(shape: Shape) -> int | None:
    """The most code points that an attempt looks at from where it begins; None: without bound."""
    match shape:
        case Chars() | Edge():
            return 1
        case Seq(parts):
            return _total([reach(p) for p in parts])
        case Alt(choices):
            found = [reach(c) for c in choices]
            return None if None in found else max((n for n in found if n is not None), default=0)
        case Repeat(inner, _, most):
            one = reach(inner)
            if one == 0 or most == 0:
                return 0
            return None if one is None or most is None else one * most
        case Ahead(inner):
            return reach(inner)


def _total(lengths: list[int | None]) -> int | None:
    return None if None in lengths else sum(n for n in lengths if n is not None)
