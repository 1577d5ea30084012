"""What an operator says of model servers: its forms, its mistakes, and that no secret is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from filterproxy.config import Config
from filterproxy.upstreams import UpstreamConfig, named


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://a", UpstreamConfig(("http://a",))),
        (["http://a", "https://b/v1"], UpstreamConfig(("http://a", "https://b/v1"))),
        ({"urls": "http://a"}, UpstreamConfig(("http://a",))),
        (
            {"urls": ["https://a"], "headers": {"X-Key": "k"}, "fail_after": 1, "ca_file": "ca.pem"},
            UpstreamConfig(("https://a",), {"X-Key": "k"}, fail_after=1, ca_file="ca.pem"),
        ),
    ],
)
def test_an_upstream_is_a_url_a_list_of_them_or_a_mapping(value: Any, expected: UpstreamConfig) -> None:
    assert expected == named({"big": value})["big"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3, "is a URL, a list of URLs, or a mapping with `urls`"),
        ([], "needs at least one URL"),
        ({}, "needs at least one URL"),
        ([3], "urls must be a list of URLs"),
        ({"urls": {"a": 1}}, "urls must be a list of URLs"),
        (["http://a", "http://a"], "one URL is listed twice"),
        ("ftp://a", "does not begin with http"),
        ("http://[::1", "has a host that cannot be read"),
        ("http://a..b", "names no host"),
        ({"url": "http://a"}, "unknown setting of an upstream: url"),
        ({"urls": "http://a", "fail_after": 0}, "fail_after must be a number more than 0, not 0"),
        ({"urls": "http://a", "fail_after": 1.5}, "fail_after must be a whole number, not 1.5"),
        ({"urls": "http://a", "connections": True}, "connections must be a number more than 0, not True"),
        ({"urls": "http://a", "down_seconds": "10"}, "down_seconds must be a number"),
        ({"urls": "http://a", "down_seconds": float("inf")}, "down_seconds must be a number"),
        ({"urls": "http://a", "idle_timeout_seconds": -1}, "idle_timeout_seconds must be a number"),
        ({"urls": "http://a", "ca_file": "x"}, "ca_file is for https://"),
        ({"urls": "http://a", "headers": ["x"]}, "headers must be a mapping"),
    ],
)
def test_a_mistake_is_said_with_the_upstreams_name(value: Any, said: str) -> None:
    with pytest.raises(ValueError, match="upstreams: big: ") as caught:
        named({"big": value})

    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "http://a", "x" * 65, "ä", 3])
def test_a_name_is_one_that_can_be_a_label(name: Any) -> None:
    with pytest.raises(ValueError, match="a name has 1 to 64"):
        named({name: "http://a"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("", "s3cret"),
        ("two words", "s3cret"),
        ("x\r\ny", "s3cret"),
        ("x:", "s3cret"),
        ("Host", "s3cret"),
        ("content-LENGTH", "s3cret"),
        ("Transfer-Encoding", "s3cret"),
        ("Connection", "s3cret"),
        ("Upgrade", "s3cret"),
        ("x-filterproxy-route", "s3cret"),
        ("X-A", ""),
        ("X-A", "  "),
        ("X-A", "s3cret\r\nX-B: c"),
        ("X-A", "s3cret\n"),
        ("X-A", "s3cret\0"),
        ("X-A", "s3cret \u2013"),
        ("X-A", 5),
    ],
)
def test_a_header_that_could_be_another_or_is_ours_is_refused_without_its_value(
    name: str, value: Any
) -> None:
    with pytest.raises(ValueError, match="headers: ") as caught:
        UpstreamConfig(("http://a",), {name: value})

    assert "s3cret" not in str(caught.value)


def test_a_header_given_twice_in_other_letters_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        UpstreamConfig(("http://a",), {"X-Key": "a", "x-key": "b"})


@pytest.mark.parametrize(
    "url",
    ["http://user:s3cret@h", "ftp://user:s3cret@h", "user:s3cret@h", "https://h/v1?key=s3cret", "h#s3cret"],
)
def test_no_sentence_repeats_a_secret_in_a_url(url: str) -> None:
    for make in (
        lambda: UpstreamConfig((url,)),
        lambda: Config(url),
        lambda: Config.from_json({"upstream": url}),
    ):
        with pytest.raises(ValueError, match="upstream") as caught:
            make()

        assert "s3cret" not in str(caught.value)


def test_an_at_sign_in_a_path_is_no_password() -> None:
    assert UpstreamConfig(("https://api/run/@cf/meta",)).urls == ("https://api/run/@cf/meta",)


def test_no_representation_shows_a_secret_and_json_keeps_it() -> None:
    config = Config(
        "http://a",
        admin_token="s3cret",
        upstreams=named({"big": {"urls": "http://b", "headers": {"Authorization": "Bearer s3cret"}}}),
    )

    assert "s3cret" not in repr(config) + str(config) + repr(config.upstreams)
    assert config == Config.from_json(json.loads(json.dumps(config.to_json())))
    assert config.to_json()["upstreams"]["big"]["headers"] == {"Authorization": "Bearer s3cret"}


def test_upstream_is_a_url_or_the_name_of_one() -> None:
    upstreams = named({"big": ["http://a", "http://b"], "small": "http://c"})
    by_url, by_name = Config("http://d", upstreams=upstreams), Config("big", upstreams=upstreams)

    assert (by_url.upstream_name, list(by_url.all_upstreams)) == ("default", ["default", "big", "small"])
    assert by_url.all_upstreams["default"].urls == ("http://d",)
    assert (by_name.upstream_name, by_name.all_upstreams) == ("big", upstreams)


@pytest.mark.parametrize(
    ("upstream", "names", "said"),
    [
        ("bg", ["big"], "none of upstreams is called so: big"),
        ("big", [], "does not begin with http"),
        ("http://a", ["default"], "write `upstream: default`"),
    ],
)
def test_an_upstream_that_is_not_there_or_is_called_twice_is_said(
    upstream: str, names: list[str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Config(upstream, upstreams=named(dict.fromkeys(names, "http://b")))
