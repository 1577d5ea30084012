"""What `skip` leaves out: code, and quotations of what the user wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request, Turn
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.excuses import Quotation
from filterproxy.rulebook.load import load
from filterproxy.trial import CONTENT, run

ASKED = Request(turns=(Turn("user", 'Is "You get a REFUND at once" true?\nThey also wrote: refund now'),))


def excuse(reply: str, request: Request = ASKED) -> str | None:
    at = reply.lower().index("refund")
    return Quotation()(reply, (at, at + len("refund")), (0, len(reply)), request)


@pytest.mark.parametrize(
    "reply",
    [
        'They say "You get a refund at once", and that is wrong.',
        "They say “You get a refund at once”.",
        "Sie schreiben „You get a  refund at once“.",
        "Ils disent « You get a refund at once ».",
        "「you get a refund at once」とあります。",
        "> You get a refund at once\n\nThat is wrong.",
        'You wrote "refund now".',
    ],
)
def test_a_quotation_of_the_user_is_excused(reply: str) -> None:
    assert excuse(reply) == "quote"


@pytest.mark.parametrize(
    "reply",
    [
        "You get a refund at once.",
        'They wrote "no". You get a refund at once.',
        'Our page says "every refund takes a day".',
        'You wrote "yes"\nYou get a refund at once',
        "It's true: you get a refund at once, it's so.",
    ],
)
def test_other_text_is_not(reply: str) -> None:
    assert excuse(reply) is None


def test_what_nobody_wrote_is_no_quotation() -> None:
    assert excuse('They say "You get a refund at once".', Request()) is None


@pytest.mark.parametrize(
    ("skip", "reply", "reads"),
    [
        ("code", "Call `refund()`: it gives a refund.", "Call `refund()`: it gives a [redacted]."),
        ("code", "```\nrefund\n```\nrefund", "```\nrefund\n```\n[redacted]"),
        ("quotes", '"refund now" means a refund.', '"refund now" means a [redacted].'),
        ("[code, quotes]", '`refund` "refund now" refund', '`refund` "refund now" [redacted]'),
    ],
)
def test_what_is_skipped_stays(tmp_path: Path, skip: str, reply: str, reads: str) -> None:
    pack = tmp_path / "pack.yaml"
    pack.write_text(
        "version: 1\npack: p\nrules:\n  - id: r\n    match: {phrases: [refund]}\n"
        f"    action: redact\n    skip: {skip}\n"
    )
    rulebook = compile(load([pack]))

    assert run(Plans(rulebook.rules), ASKED, [(CONTENT, reply)]).text() == reads
