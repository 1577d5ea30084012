"""Settings as they travel to the workers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from filterproxy.config import Config
from filterproxy.upstreams import UpstreamConfig


def test_a_configuration_survives_json() -> None:
    config = Config(
        "http://model:8000/v1",
        port=1,
        on_error="drop",
        connect_timeout_seconds=0.5,
        upstreams={
            "big": UpstreamConfig(("https://big", "http://b"), {"Authorization": "Bearer x"}, 1, ca_file="a")
        },
        passthrough=("/v1/files/*/content",),
    )

    assert config == Config.from_json(json.loads(json.dumps(config.to_json())))


@pytest.mark.parametrize(
    ("setting", "good", "bad"),
    [
        ("port", 65535, 65536),
        ("admin_port", 0, -1),
        ("workers", 1, 0),
        ("workers", 256, 257),
        ("heartbeat_seconds", 0.001, 0),
        ("reply_limit_bytes", 1, 0),
        ("on_error", "drop", "skip"),
        ("unscanned", "drop", "flag"),
        ("finish", "content_filter", "length"),
        ("choices", "remove", "drop"),
        ("passthrough", ("/a", "*/b"), ("a",)),
    ],
)
def test_a_value_out_of_range_is_named(setting: str, good: Any, bad: Any) -> None:
    Config(**{"upstream": "http://x", setting: good})

    with pytest.raises(ValueError, match=setting):
        Config(**{"upstream": "http://x", setting: bad})


def test_unknown_and_missing_settings_are_named() -> None:
    with pytest.raises(ValueError, match="prot"):
        Config.from_json({"upstream": "http://x", "prot": 1})
    with pytest.raises(ValueError, match="upstream"):
        Config.from_json({})
