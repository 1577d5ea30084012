"""
What an operator may set, one mapping at a time: the same keys in a file, in variables and with --set.

The descriptions are what is told beside a mistake, and what `filterproxy config` prints. Defaults, and the
reasons for them, are those of config.Config.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from filterproxy.rulebook.schema import AnyNumber, Mapping, OneOrMany, Text

Port = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=1)]
Bytes = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]
Policy = Literal["pass", "drop"]


class File(Mapping):
    """The configuration file."""

    upstream: Text | None = Field(
        None, description="the model server: a URL, or the name of one of `upstreams`"
    )
    upstreams: Any = Field(None, description="model servers by name")
    routes: Any = Field(None, description="kinds of requests; the first that fits counts")
    rules: OneOrMany[Text] | None = Field(None, description="packs, folders of packs, or one URL of them")
    known: AnyNumber[Text] | None = Field(None, description="files of what the model may say")

    host: Text | None = Field(None, description="the address where clients connect")
    port: Port | None = Field(None, description="the port where clients connect; 0: any free one")
    admin_host: Text | None = Field(None, description="the address of metrics, health and rulebook")
    admin_port: Port | None = Field(None, description="the port of the admin side; 0: any free one")
    admin_token: Text | None = Field(None, description="what the admin side wants as a bearer token")
    workers: Annotated[int, Field(ge=1, le=256)] | None = Field(None, description="processes that filter")

    tls_cert: Text | None = Field(None, description="certificate for clients, with its chain, as PEM")
    tls_key: Text | None = Field(None, description="the key of `tls_cert`")
    tls_client_ca: Text | None = Field(None, description="who must have signed the certificates of clients")
    admin_tls_cert: Text | None = Field(None, description="certificate of the admin side, as PEM")
    admin_tls_key: Text | None = Field(None, description="the key of `admin_tls_cert`")

    request_limit_bytes: Bytes | None = Field(None, description="the largest body of a request")
    reply_limit_bytes: Bytes | None = Field(None, description="the largest whole reply that is judged")
    event_limit_bytes: Bytes | None = Field(None, description="the largest event of a stream that is judged")
    held_limit: Count | None = Field(None, description="the most characters of a choice that may wait")
    connect_timeout_seconds: Seconds | None = Field(None, description="until upstream must be connected")
    first_byte_timeout_seconds: Seconds | None = Field(
        None, description="until upstream must begin to answer"
    )
    idle_timeout_seconds: Seconds | None = Field(None, description="between two pieces of upstream's answer")
    heartbeat_seconds: Seconds | None = Field(None, description="between signs of life while text is held")
    connections: Count | None = Field(None, description="connections of a worker to one address")
    drain_seconds: Seconds | None = Field(None, description="what replies have to end at a stop")
    drain_delay_seconds: Annotated[float, Field(ge=0)] | None = Field(
        None, description="from being no longer ready until no more connections are taken"
    )

    on_error: Policy | None = Field(None, description="what becomes of a reply when a rule fails")
    unscanned: Policy | None = Field(None, description="what becomes of a reply that cannot be judged")
    finish: Literal["stop", "content_filter"] | None = Field(
        None, description="the finish reason of a choice that was cut or dropped"
    )
    choices: Literal["replace", "remove"] | None = Field(
        None, description="what becomes of a dropped choice beside others"
    )
    passthrough: AnyNumber[Text] | None = Field(
        None, description="paths whose replies go through though nobody can judge them"
    )
    dialects: Any = Field(None, description="what is spoken at which paths")
    python: AnyNumber[Text] | None = Field(None, description="functions that rules may run")
    canary_header: str | None = Field(None, description="the header that names a request's conversation")
    suspend_after: Count | None = Field(None, description="time-outs after which a rule is not run")
    suspend_within_seconds: Seconds | None = Field(None, description="the time in which those must come")

    watch: bool | None = Field(None, description="whether rules are read again when their files change")
    reload_seconds: Annotated[float, Field(ge=1)] | None = Field(
        None, description="between two looks at a URL of rules"
    )
    rules_cache: Text | None = Field(None, description="the folder of the last good copy of rules from a URL")
    rules_token: Text | None = Field(None, description="the bearer token that a URL of rules wants")

    decisions: Any = Field(None, description="the log of decisions")
    recording: Any = Field(None, description="samples of whole exchanges, for `replay`")
    labels: Text | None = Field(None, description="the file of labels, for metrics of precision")
    tracing: Literal["off", "otlp"] | None = Field(
        None, description="whether OpenTelemetry is told of replies"
    )


class UpstreamEntry(Mapping):
    """A member of `upstreams` that is more than a URL."""

    urls: OneOrMany[Text] = Field(description="addresses, in the order in which they are asked")
    headers: dict[str, Text] = Field({}, description="sent in place of what clients send under these names")
    connect_timeout_seconds: Seconds | None = Field(None, description="until a connection must be there")
    first_byte_timeout_seconds: Seconds | None = Field(None, description="until an answer must begin")
    idle_timeout_seconds: Seconds | None = Field(None, description="between two pieces of an answer")
    connections: Count | None = Field(None, description="connections of a worker to one address")
    fail_after: Count | None = Field(
        None, description="failures in a row after which an address is left alone"
    )
    down_seconds: Seconds | None = Field(None, description="how long an address is left alone")
    ca_file: Text | None = Field(None, description="authorities trusted beside the system's, as PEM")


class RouteEntry(Mapping):
    """A member of `routes`."""

    name: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9_.-]{1,64}$")] = Field(
        description="what metrics, logs and rules call the route: letters, digits, _ . or -"
    )
    path: Text | None = Field(None, description="a path, with * and ?")
    model: OneOrMany[Text] | None = Field(None, description="names of models, with * and ?")
    header: dict[str, Text] | None = Field(None, description="headers of the request, with * and ?")
    upstream: Text | None = Field(None, description="who is asked: the name of one of `upstreams`")
    chain: AnyNumber[Text] | None = Field(None, description="packs by name, in the order in which they run")
    known: AnyNumber[Text] | None = Field(None, description="files of what the model may say on this route")
    dialect: Any = Field(None, description="what is spoken at the route's path")
    on_error: Policy | None = Field(None, description="what becomes of a reply when a rule fails")
    unscanned: Policy | None = Field(None, description="what becomes of a reply that cannot be judged")


class LogEntry(Mapping):
    """`decisions` and `recording`."""

    folder: Text = Field(description="the folder of its files")
    text: Literal["off", "hash", "sample"] | None = Field(None, description="what is written of texts")
    sample: Any = Field(None, description="the share of replies whose texts are kept, as in 1%")
    file_bytes: Bytes | None = Field(None, description="the size at which a file is followed by another")
    folder_bytes: Bytes | None = Field(None, description="the size at which the oldest files are removed")
    max_age: Any = Field(None, description="the age at which lines are removed, as in 7d or 12h")
    key: Text | None = Field(None, description="the secret with which texts are hashed")
