"""What an operator may set, as plain values that go to the workers as JSON. Every default says why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from filterproxy.upstreams import UpstreamConfig, named, url_parts

_MIB = 1 << 20
# The route of requests that none of the configured ones fits; also the upstream that `upstream` gives a URL.
DEFAULT = "default"
# RFC 6750 §2.1 has fewer; of others no header can be made.
_TOKEN = re.compile(r"[!-~]([ -~]*[!-~])?")


@dataclass(frozen=True, slots=True)
class RouteConfig:
    """
    One kind of request, and how its replies are served; the first route that fits counts.

    name: what metrics, logs and the `when` of rules call it. path: a glob over the whole path, "" for any.
    model: globs, one of which must fit, () for any. header: globs by name, all of which must fit. upstream:
    the name of one, "" for the one that `upstream` says. chain: packs by name, in the order in which they
    run; None for all, in the rulebook's. known: names of files that are known on this route only. on_error,
    unscanned: as in Config; None for those.

    Raises ValueError, with a sentence for the operator, for a value out of range.
    """

    name: str
    path: str = ""
    model: tuple[str, ...] = ()
    header: Mapping[str, str] = field(default_factory=dict)
    upstream: str = ""
    chain: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()
    on_error: str | None = None
    unscanned: str | None = None

    def __post_init__(self) -> None:
        if self.path and not self.path.startswith(("/", "*")):
            raise ValueError(f"path must begin with /, as in /v1/*, not {self.path!r}")
        if self.name == DEFAULT and (self.path not in ("", "*", "/*") or self.model or self.header):
            raise ValueError(f"name {DEFAULT!r} is what requests have that fit no route; give it another")
        _one_of("on_error", self.on_error, (None, "pass", "drop"))
        _one_of("unscanned", self.unscanned, (None, "pass", "drop"))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RouteConfig:
        """What dataclasses.asdict gives of one. Raises ValueError."""
        chain = value.get("chain")
        lists = {name: tuple(value.get(name, ())) for name in ("model", "known")}
        return cls(**{**value, **lists, "chain": None if chain is None else tuple(chain)})


@dataclass(frozen=True, slots=True)
class LogConfig:
    """
    A log of decisions, or recordings (see record.lines).

    folder: where its files are. text: of the replies that decisions are about: off, hash, or sample; what is
    recorded always has its text. sample: share (0 to 1) of exchanges whose text is kept, or that are
    recorded. key: for hashes of texts, so that nobody without it can tell by trying what a text was.

    Raises ValueError, with a sentence for the operator, for a value out of range.
    """

    folder: str
    text: str = "off"
    # At 10 replies a second, 8 640 a day: enough to see a rule that fires once in a thousand.
    sample: float = 0.01
    # Some 100 000 decisions, or 10 000 recordings: packed, and read again, in a second.
    file_bytes: int = 64 * _MIB
    # Of each log, in its folder, for all workers together: no disk is filled by what was meant to look on.
    folder_bytes: int = 1024 * _MIB
    # A month, so that one can be compared with the last; and no longer, since texts may be people's.
    max_age_seconds: float = 30 * 86400.0
    key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _one_of("text", self.text, ("off", "hash", "sample"))
        if not self.folder:
            raise ValueError("folder must name one")
        if not 0 <= self.sample <= 1:
            raise ValueError(f"sample must be a share from 0 to 1, not {self.sample!r}")
        if self.text == "hash" and not self.key:
            raise ValueError("text: hash needs a key, without which short replies are found by trying")
        if not 0 < self.file_bytes <= self.folder_bytes // 2:
            raise ValueError("file_bytes must be more than 0, and at most half of folder_bytes")
        if not self.max_age_seconds > 0:
            raise ValueError(f"max_age_seconds must be more than 0, not {self.max_age_seconds!r}")


@dataclass(frozen=True, slots=True)
class Config:
    """
    Addresses, limits, time-outs and failure policy.

    upstream: `http://host[:port][/base]` or `https://…`, or the name of one of upstreams. upstreams: see
    UpstreamConfig; by the names that routes and a rule's `fallback` give. on_error: for rules and packs that
    say nothing: pass, drop, or None (drop for rules that change text). unscanned: what becomes of a reply
    that cannot be judged: pass or drop. choices: what becomes of a dropped choice beside others: replace (it
    keeps its place) or remove. passthrough: globs of paths whose replies no dialect reads, and that go
    through unjudged all the same; WebSockets never do.
    canary_header: the request header that says which conversation a request belongs to; "" for none.
    python: functions that rules may run, as `package.module:function`.
    dialects: what is spoken at which paths, as dialects.configured has it. routes: see RouteConfig. tracing:
    off, or otlp, with OpenTelemetry's own OTEL_* variables for the rest.

    Raises ValueError, with a sentence for the operator, for a value out of range.
    """

    upstream: str = ""
    upstreams: Mapping[str, UpstreamConfig] = field(default_factory=dict)

    # Loopback until told otherwise: what stands before a model is not to be open to a network by chance.
    host: str = "127.0.0.1"
    port: int = 8080
    admin_host: str = "127.0.0.1"
    # A port from Prometheus' list of exporters, and free of common services.
    admin_port: int = 9464
    # Needed when admin_host is not loopback: the rulebook and /explain are nobody else's business.
    admin_token: str | None = field(default=None, repr=False)
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
    # Load balancers that ask for readiness find out at once; Kubernetes' endpoints take some seconds more.
    drain_delay_seconds: float = 0.0
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

    # Rules that change on disk are meant to hold. Off, they wait for SIGHUP or POST /reload.
    watch: bool = True
    # How often rules at a URL are asked for: what was pushed is at work within half a minute.
    reload_seconds: float = 30.0
    # Folder of the last good copy of rules from a URL; "": filterproxy in the user's cache folder.
    rules_cache: str = ""
    # For rules from a URL that wants a bearer token.
    rules_token: str | None = field(default=None, repr=False)

    # Files in PEM; a certificate with its chain, and its key. Without them TLS ends in front of the proxy.
    tls_cert: str = ""
    tls_key: str = ""
    # Authorities, one of which must have signed the certificate that a client shows; "": none is asked for.
    tls_client_ca: str = ""
    admin_tls_cert: str = ""
    admin_tls_key: str = ""

    # One upstream and all packs for every request.
    routes: tuple[RouteConfig, ...] = ()
    # What replies and rules say stays nowhere unless somebody asks for it.
    decisions: LogConfig | None = None
    recording: LogConfig | None = None
    # The file that `filterproxy review` writes, for metrics of precision; "": there are none.
    labels: str = ""
    # A span costs more than filtering does.
    tracing: str = "off"

    # One time-out may be a machine that was busy; three within a minute are the rule's.
    suspend_after: int = 3
    suspend_within_seconds: float = 60.0

    def __post_init__(self) -> None:
        self._check_upstream()
        for name, words in _WORDS.items():
            _one_of(name, getattr(self, name), words)
        for name in ("admin_token", "rules_token"):
            if (token := getattr(self, name)) is not None and not _TOKEN.fullmatch(token):
                raise ValueError(f"{name} must be made of ASCII characters, without blanks at its ends")
        if not all(path.startswith(("/", "*")) for path in self.passthrough):
            raise ValueError("passthrough must hold paths, as in /v1/files/*/content")
        self._check_numbers()
        for one, other in _PAIRS:
            if getattr(self, one) and not getattr(self, other):
                raise ValueError(f"{one} is of no use without {other}")

    def _check_numbers(self) -> None:
        for name in ("port", "admin_port"):
            if not 0 <= getattr(self, name) <= 65535:
                raise ValueError(f"{name} must be a number from 0 to 65535, not {getattr(self, name)!r}")
        for name in _POSITIVE:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0, not {getattr(self, name)!r}")
        for name, most in _MOST.items():
            if getattr(self, name) > most:
                raise ValueError(f"{name} must be at most {most}, not {getattr(self, name)!r}")
        if not self.drain_delay_seconds >= 0:
            raise ValueError(f"drain_delay_seconds must be 0 or more, not {self.drain_delay_seconds!r}")
        # Less would be a load that nobody asked for, on a server of rules.
        if not self.reload_seconds >= 1:
            raise ValueError(f"reload_seconds must be at least 1, not {self.reload_seconds!r}")

    @property
    def upstream_name(self) -> str:
        """What the server that `upstream` says is called; "" where it says none."""
        if not self.upstream:
            return ""
        return self.upstream if self.upstream in self.upstreams else DEFAULT

    @property
    def all_upstreams(self) -> dict[str, UpstreamConfig]:
        """Every upstream by its name, the one that `upstream` says first."""
        if not self.upstream:
            return dict(self.upstreams)
        first = self.upstreams.get(self.upstream) or UpstreamConfig((self.upstream,))
        return {self.upstream_name: first, **self.upstreams}

    @property
    def all_routes(self) -> dict[str, RouteConfig]:
        """Every route by its name, also that of requests which none of the configured ones fits."""
        return {DEFAULT: RouteConfig(DEFAULT)} | {route.name: route for route in self.routes}

    def _check_upstream(self) -> None:
        if DEFAULT in self.upstreams and self.upstream != DEFAULT:
            raise ValueError(
                f"upstreams names one {DEFAULT!r}, as the server at `upstream` is called; "
                f"write `upstream: {DEFAULT}`, or give it another name"
            )
        if not self.upstream and not all(route.upstream for route in self.routes or (RouteConfig(DEFAULT),)):
            raise ValueError("the setting `upstream` is missing")
        if self.upstream in ("", *self.upstreams):
            return
        if "://" not in self.upstream and "@" not in self.upstream and self.upstreams:
            names = ", ".join(self.upstreams)
            raise ValueError(
                f"upstream {self.upstream!r} does not begin with http:// or https://, and none of "
                f"upstreams is called so: {names}"
            )
        url_parts(self.upstream)

    def to_json(self) -> dict[str, Any]:
        """Keys as the fields are called; values that JSON has."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Config:
        """What `to_json` gave. Raises ValueError for keys that are none, and as the class does."""
        unknown = sorted(set(value) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"unknown setting: {', '.join(unknown)}")
        lists = {name: tuple(value.get(name, ())) for name in ("passthrough", "python", "dialects")}
        routes = tuple(map(RouteConfig.from_json, value.get("routes", ())))
        logs = {name: LogConfig(**one) for name in ("decisions", "recording") if (one := value.get(name))}
        upstreams = named(value.get("upstreams", {}))
        return cls(**{**value, **lists, "routes": routes, **logs, "upstreams": upstreams})

    def on(self, route: str) -> Config:
        """The configuration as it holds on a route: with its own failure policy, where it has one."""
        own = next((one for one in self.routes if one.name == route), None)
        if own is None:
            return self
        return replace(
            self, on_error=own.on_error or self.on_error, unscanned=own.unscanned or self.unscanned
        )


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

_WORDS: Mapping[str, tuple[str | None, ...]] = {
    "on_error": (None, "pass", "drop"),
    "unscanned": ("pass", "drop"),
    "finish": ("stop", "content_filter"),
    "choices": ("replace", "remove"),
    "tracing": ("off", "otlp"),
}

_MOST = {
    # More than any machine has cores to run them on: a slip of the finger.
    "workers": 256,
    # A day: who waits longer waits for nobody, and clocks have an end.
    "drain_seconds": 86400,
    "drain_delay_seconds": 86400,
}

# Settings of which the first needs the second.
_PAIRS = (
    ("tls_cert", "tls_key"),
    ("tls_key", "tls_cert"),
    ("tls_client_ca", "tls_cert"),
    ("admin_tls_cert", "admin_tls_key"),
    ("admin_tls_key", "admin_tls_cert"),
)


def _one_of(name: str, value: object, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        words = ", ".join(word for word in allowed if word is not None)
        raise ValueError(f"{name} must be one of {words}, not {value!r}")
