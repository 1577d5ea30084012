"""What an operator may set, as plain values that go to the workers as JSON. Every default says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

_MIB = 1 << 20
# More than any machine has cores to run them on: a slip of the finger.
_MOST_WORKERS = 256


@dataclass(frozen=True, slots=True)
class Config:
    """
    Addresses, limits, time-outs and failure policy.

    upstream: `http://host[:port][/base]` or `https://…`. upstreams: others of that kind, by the names that a
    rule's `fallback` gives. on_error: for rules and packs that say nothing: pass, drop, or None (drop for
    rules that change text). unscanned: what becomes of a reply that cannot be judged: pass or drop. choices:
    what becomes of a dropped choice beside others: replace (it keeps its place) or remove. passthrough: globs
    of paths whose replies no dialect reads, and that go through unjudged all the same; WebSockets never do.
    canary_header: the request header that says which conversation a request belongs to; "" for none.
    python: functions that rules may run, as `package.module:function`.
    dialects: what is spoken at which paths, as dialects.configured has it.

    Raises ValueError, with a sentence for the operator, for a value out of range.
    """

    upstream: str
    upstreams: Mapping[str, str] = field(default_factory=dict)

    # Loopback until told otherwise: what stands before a model is not to be open to a network by chance.
    host: str = "127.0.0.1"
    port: int = 8080
    admin_host: str = "127.0.0.1"
    # A port from Prometheus' list of exporters, and free of common services.
    admin_port: int = 9464
    # Needed when admin_host is not loopback: the rulebook and /explain are nobody else's business.
    admin_token: str | None = None
    # One process filters some thousand replies a second; a second one is for machines that need more.
    workers: int = 1

    # Images travel inside chat requests: 32 MiB are what hosted models take.
    request_limit_bytes: int = 32 * _MIB
    # A reply of 128 000 tokens is half a megabyte; generated audio in JSON can be tens of them.
    reply_limit_bytes: int = 32 * _MIB
    # One event carries some tokens; the largest seen carry a whole reply.
    event_limit_bytes: int = _MIB
    # Code points of one choice that may wait: twice a reply of 128 000 tokens.
    held_limit: int = _MIB

    # A connection within a data centre takes milliseconds; three lost SYN packets take 7 s.
    connect_timeout_seconds: float = 5.0
    # Reasoning models are silent for minutes; official clients give up at 600 s.
    first_byte_timeout_seconds: float = 300.0
    # Between two pieces of a body: no server pauses longer within a reply than before it.
    idle_timeout_seconds: float = 300.0
    # Half of the 30 s after which the more impatient load balancers close a silent connection.
    heartbeat_seconds: float = 15.0
    # A long stream takes about this long; orchestrators kill after 30 s by default.
    drain_seconds: float = 30.0
    # Upstream connections of one worker. Each stream takes one, and file descriptors end at 1 024 twice over.
    connections: int = 1024

    on_error: str | None = None
    # A proxy that refuses what it does not know breaks each new feature of an API on its first day.
    unscanned: str = "pass"
    # Official clients raise on a finish reason of `content_filter`.
    finish: str = "stop"
    # Clients that read a choice by its index find it.
    choices: str = "replace"
    # What nobody could judge is let through by name only.
    passthrough: tuple[str, ...] = ()
    canary_header: str = ""
    # A rule file alone never runs code.
    python: tuple[str, ...] = ()
    # What other servers speak is for the operator to say.
    dialects: Sequence[Mapping[str, Any]] = ()

    # One time-out may be a machine that was busy; three within a minute are the rule's.
    suspend_after: int = 3
    suspend_within_seconds: float = 60.0

    def __post_init__(self) -> None:
        _one_of("on_error", self.on_error, (None, "pass", "drop"))
        _one_of("unscanned", self.unscanned, ("pass", "drop"))
        _one_of("finish", self.finish, ("stop", "content_filter"))
        _one_of("choices", self.choices, ("replace", "remove"))
        if not all(path.startswith(("/", "*")) for path in self.passthrough):
            raise ValueError("passthrough must hold paths, as in /v1/files/*/content")
        for name in ("port", "admin_port"):
            if not 0 <= getattr(self, name) <= 65535:
                raise ValueError(f"{name} must be a number from 0 to 65535, not {getattr(self, name)!r}")
        if self.workers > _MOST_WORKERS:
            raise ValueError(f"workers must be at most {_MOST_WORKERS}, not {self.workers!r}")
        for name in _POSITIVE:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0, not {getattr(self, name)!r}")

    def to_json(self) -> dict[str, Any]:
        """Keys as the fields are called; values that JSON has."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Config:
        """What `to_json` gave. Raises ValueError for keys that are none, or a missing upstream."""
        unknown = sorted(set(value) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"unknown setting: {', '.join(unknown)}")
        if "upstream" not in value:
            raise ValueError("the setting `upstream` is missing")
        lists = {name: tuple(value.get(name, ())) for name in ("passthrough", "python", "dialects")}
        return cls(**{**value, **lists})


_POSITIVE = (
    "workers",
    "request_limit_bytes",
    "reply_limit_bytes",
    "event_limit_bytes",
    "held_limit",
    "connect_timeout_seconds",
    "first_byte_timeout_seconds",
    "idle_timeout_seconds",
    "heartbeat_seconds",
    "drain_seconds",
    "connections",
    "suspend_after",
    "suspend_within_seconds",
)


def _one_of(name: str, value: object, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        words = ", ".join(word for word in allowed if word is not None)
        raise ValueError(f"{name} must be one of {words}, not {value!r}")
