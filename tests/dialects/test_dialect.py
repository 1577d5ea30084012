"""A request's body for another try."""

from __future__ import annotations

import json

import pytest

from filterproxy.dialects.dialect import Temperature
from filterproxy.dialects.openai_chat import OPENAI_CHAT


def test_a_note_and_a_temperature_are_all_that_changes() -> None:
    body = b'{"messages": [{"role": "user", "content": "Hi?"}], "temperature": 0, "seed": 4}'
    again = json.loads(OPENAI_CHAT.again(body, "Be kind.", 0.5))

    assert again == {
        "messages": [{"role": "user", "content": "Hi?"}, {"role": "system", "content": "Be kind."}],
        "temperature": 0.5,
        "seed": 4,
    }


def test_without_either_the_bytes_are_the_same() -> None:
    assert OPENAI_CHAT.again(b"no JSON", "", None) == b"no JSON"


@pytest.mark.parametrize(
    ("place", "body", "put"),
    [
        (Temperature(), {}, {"temperature": 1.5}),
        (Temperature(most=1), {"temperature": 0}, {"temperature": 1}),
        (Temperature(("options", "temperature")), {"a": 1}, {"a": 1, "options": {"temperature": 1.5}}),
        (Temperature(("o", "t")), {"o": {"t": 0, "k": 1}}, {"o": {"t": 1.5, "k": 1}}),
        (Temperature(()), {"a": 1}, {"a": 1}),
    ],
)
def test_the_temperature_stands_where_the_api_has_it(place: Temperature, body: object, put: object) -> None:
    assert json.loads(place.put(json.dumps(body).encode(), 1.5)) == put


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b'{"options": 3}'])
def test_a_request_without_a_place_for_it_is_refused(body: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        Temperature(("options", "temperature")).put(body, 1)
