"""W3C's Trace Context: who is believed, and what is passed on."""

from __future__ import annotations

import pytest

from filterproxy.proxy.tracing.trace_context import Caller, caller_of, passed_on

TRACE = b"4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = b"00f067aa0ba902b7"
PARENT = b"00-" + TRACE + b"-" + SPAN + b"-01"
CALLER = Caller(int(TRACE, 16), int(SPAN, 16), 1)


@pytest.mark.parametrize(
    ("value", "flags"),
    [
        (PARENT, 1),
        (PARENT[:-2] + b"00", 0),
        (PARENT[:-2] + b"03", 3),
        (PARENT[:-2] + b"ff", 3),  # bits that nobody has defined say nothing
        (b"cc" + PARENT[2:], 1),
        (b"cc" + PARENT[2:] + b"-what-comes-later", 1),
    ],
)
def test_a_parent_of_any_version_is_read(value: bytes, flags: int) -> None:
    expected = CALLER._replace(flags=flags)

    assert caller_of([(b"host", b"x"), (b"traceparent", value)]) == expected


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"00",
        PARENT[:-1],
        PARENT + b"0",
        PARENT + b"-more",  # version 00 has nothing more
        b"ff" + PARENT[2:],
        PARENT.upper(),
        b"00-" + b"0" * 32 + b"-" + SPAN + b"-01",
        b"00-" + TRACE + b"-" + b"0" * 16 + b"-01",
        b"cc" + PARENT[2:] + b".more",
        PARENT.replace(b"-", b"_"),
        b"0x" + PARENT[2:],
        PARENT + b"\n",
        PARENT + b"," + PARENT,
    ],
)
def test_a_parent_that_is_malformed_is_nobody(value: bytes) -> None:
    assert caller_of([(b"traceparent", value), (b"tracestate", b"a=1")]) is None


def test_two_parents_are_nobody() -> None:
    assert caller_of([(b"traceparent", PARENT), (b"traceparent", PARENT)]) is None
    assert caller_of([(b"tracestate", b"a=1")]) is None


@pytest.mark.parametrize(
    ("values", "members"),
    [
        ([b"a=1"], [("a", "1")]),
        ([b"a=1,b=2", b"c=3"], [("a", "1"), ("b", "2"), ("c", "3")]),
        ([b" a=1 ,\t, b=2 "], [("a", "1"), ("b", "2")]),
        ([b"9t@vendor=x y;z"], [("9t@vendor", "x y;z")]),
        ([b"a=1,a=2"], []),
        ([b"A=1"], []),
        ([b"a=1,b"], []),
        ([b"a=\xff"], []),
        ([b"a=" + b"x" * 257], []),
        ([b",".join(b"k%d=1" % i for i in range(32))], [(f"k{i}", "1") for i in range(32)]),
        ([b",".join(b"k%d=1" % i for i in range(33))], []),
        ([b"," * 10_000], []),
    ],
)
def test_a_state_is_kept_in_order_or_dropped_whole(
    values: list[bytes], members: list[tuple[str, str]]
) -> None:
    headers = [(b"traceparent", PARENT), *((b"tracestate", value) for value in values)]

    assert caller_of(headers) == CALLER._replace(state=tuple(members))


def test_what_is_passed_on_names_our_span_and_leaves_all_else_as_it_was() -> None:
    headers = [(b"baggage", b"a=1"), (b"traceparent", PARENT), (b"x", b"1"), (b"tracestate", b"odd")]

    passed = passed_on(headers, CALLER.trace, 0xABC, 1, "a=1,b=2")

    assert passed == [
        (b"baggage", b"a=1"),
        (b"x", b"1"),
        (b"traceparent", b"00-" + TRACE + b"-0000000000000abc-01"),
        (b"tracestate", b"a=1,b=2"),
    ]
    assert passed_on(headers, 1, 2, 0, "")[2:] == [(b"traceparent", b"00-%032x-%016x-00" % (1, 2))]
