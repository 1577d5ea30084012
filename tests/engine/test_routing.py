"""Which route a request takes."""

from __future__ import annotations

import pytest

from filterproxy.config import DEFAULT, RouteConfig
from filterproxy.engine.routing import Routing

ROUTES = (
    RouteConfig("acme", header={"X-Tenant": "acme*"}, path="/v1/*"),
    RouteConfig("gpt", model=("gpt-*", "o?")),
    RouteConfig("support", path="/support/*"),
)


@pytest.mark.parametrize(
    ("path", "headers", "model", "route"),
    [
        ("/v1/chat/completions", {"x-tenant": "acme-eu"}, "gpt-5", "acme"),
        ("/v1/chat/completions", {"x-tenant": "other"}, "gpt-5", "gpt"),
        ("/chat", {"x-tenant": "acme"}, "o3", "gpt"),
        ("/v1/chat/completions", {}, "llama", DEFAULT),
        ("/support/v1/chat/completions", {}, "llama", "support"),
        ("/support//v1/../v2", {}, "llama", "support"),
        ("/x/../support/v1", {}, "llama", "support"),
        ("//support/v1", {}, "llama", "support"),
        ("/support/../v1", {}, "llama", DEFAULT),
        ("/Support/v1", {}, "llama", DEFAULT),
    ],
)
def test_the_first_route_counts_all_of_whose_wishes_a_request_meets(
    path: str, headers: dict[str, str], model: str, route: str
) -> None:
    """However many slashes and dots the path is written with."""
    assert route == Routing(ROUTES).of(path, headers, model)


def test_a_route_for_a_model_is_not_for_requests_whose_model_nobody_knows() -> None:
    assert DEFAULT == Routing([RouteConfig("any", model=("*",))]).of("/v1/models", {}, None)
    assert "any" == Routing([RouteConfig("any")]).of("/v1/models", {}, None)


def test_without_routes_every_request_takes_the_default_one() -> None:
    assert DEFAULT == Routing(()).of("/anything", {}, "m")
