"""
Batches judged by Ray Data: the same tally of the same batch, on another machine or on many.

    window of batches -> from_arrow (one row, one block, one task each) -> map_batches -> (number, tally)

A block is a table of one row: a batch's number, and the batch as Arrow's IPC bytes. Ray may cut and join
tables, never a row, so a batch stays whole, and its tally is the pool's to the byte.

Ray Data wants all of its input before it starts, and a corpus has no end that fits into memory. So the driver
hands over a window of batches at a time, and draws the next one, batch for result, while Ray is at this one:
what exists are two windows. Scheduling, streaming and what becomes of a worker that dies are Ray's.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import socket
import warnings
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa

from filterproxy.replay.batch import packed, unpacked
from filterproxy.replay.pool import Done, Engine, Job, Numbered, WorkersDied
from filterproxy.replay.side import side_of

if TYPE_CHECKING:
    import ray.data

MISSING = "--engine ray needs Ray: pip install 'filterproxy[ray]'"

# How often a worker may die on the same batch. Ray Data's own habit is to try for ever.
_DEATHS = 3
# Batches of a window for each processor: at some tenths of a second each, a window takes ten seconds and its
# start and end half of one.
_PER_PROCESSOR = 32
# Of packed batches; two windows and what becomes of them fit into the store.
_WINDOW_BYTES = 64 << 20
_STORE_BYTES = 512 << 20
# Where `ray start --head` listens for clients.
_PORT = 10001
_CONNECT_SECONDS = 5.0

_SENT = pa.schema([("number", pa.int64()), ("batch", pa.large_binary())])
_JUDGED = pa.schema([("number", pa.int64()), ("tally", pa.large_binary()), ("problem", pa.string())])
# Number of the batch, its tally (packed), or why there is none.
_Row = tuple[int, bytes | None, str | None]


def on_ray(address: str, jobs: int | None = None) -> Engine:
    """
    An engine on Ray Data.

    address: ray://HOST[:PORT] of a cluster; "" starts a Ray on this machine, which ends with the replay.
    jobs: the most batches judged at a time. [default: one for each processor]
    Raises ValueError where Ray is not installed or nobody answers at *address*; the engine raises it where
    the cluster cannot be used, and WorkersDied.
    """
    _prepare()
    try:
        import ray.data  # noqa: F401
    except ImportError:
        raise ValueError(MISSING) from None
    if address:
        _answers(address)

    def engine(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        with _connected(address, jobs) as processors, _said():
            judged = _there if address else _here
            for number, tally, problem in judged(job, iter(batches), processors * _PER_PROCESSOR, jobs):
                if tally is None:
                    raise ValueError(f"a worker of Ray says: {problem}")
                yield number, tally

    return engine


def _answers(address: str) -> None:
    """Raises ValueError where no one listens: Ray's own client would try for half a minute."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        host = None
    if host is None:
        raise ValueError(f'"{address}" is no address of a Ray; one reads ray://head.example:{_PORT}')
    try:
        socket.create_connection((host, port), _CONNECT_SECONDS).close()
    except OSError as error:
        why = error.strerror or f"nothing in {_CONNECT_SECONDS:.0f} s"
        raise ValueError(
            f"no Ray answers at {host}:{port} ({why}); its head needs `ray start --head"
            f" --ray-client-server-port={port}`"
        ) from None


@contextlib.contextmanager
def _connected(address: str, jobs: int | None) -> Iterator[int]:
    """How many processors there are, while connected."""
    import ray

    # Ray spills to this folder what does not fit into its store: texts of users, for nobody else to read.
    with TemporaryDirectory(prefix="fp-") as folder:
        try:
            _begin(address, jobs, folder)
        except (ConnectionError, RuntimeError, ImportError) as error:
            raise ValueError(_refused(address, error)) from None
        try:
            yield int(ray.cluster_resources().get("CPU", 1)) or 1
        finally:
            ray.shutdown()


def _begin(address: str, jobs: int | None, folder: str) -> None:
    import ray

    logging.getLogger("ray").setLevel(logging.CRITICAL)
    quiet: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}
    if not address:
        _keep_out()
        ray.init("local", **_own(jobs), _temp_dir=folder, **quiet)
        return
    with warnings.catch_warnings():
        # It says in another way what the error says too.
        warnings.filterwarnings("ignore", "Ray Client connection timed out")
        ray.init(address, runtime_env={"py_modules": [str(_PACKAGE)]}, **quiet)


# Sent along to a cluster: there, the same version is to judge. Only what it needs must be installed there.
_PACKAGE = Path(__file__).parents[1]


def _prepare() -> None:
    """What Ray reads from the environment, where a person has not said it otherwise."""
    # Nobody is told that this machine runs Ray.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")


def _keep_out() -> None:
    """
    A Ray of our own listens on all addresses of this machine, whatever it is told (2.60), and runs what it is
    sent: it turns away who lacks its token, which Ray would write into the home folder.
    """
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def _refused(address: str, error: Exception) -> str:
    if not address:
        return f"a Ray of this machine does not start: {error}"
    hint = (
        ""
        if os.environ.get("RAY_AUTH_MODE")
        else "; one that asks for a token needs RAY_AUTH_MODE=token here"
    )
    return f"the Ray at {address} cannot be used: {error}{hint}"


def _own(jobs: int | None) -> dict[str, Any]:
    """A Ray for this process alone."""
    return {
        "num_cpus": jobs or len(os.sched_getaffinity(0)),
        "object_store_memory": _STORE_BYTES,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
    }


def _here(job: Job, batches: Iterator[Numbered], most: int, jobs: int | None) -> Iterator[_Row]:
    """By a Ray of this process, which streams what is ready."""
    window = _Window(batches, most)
    window.draw(most)
    while window.tables:
        ahead = _Window(batches, most)
        for row in _judged(job, window.tables, jobs):
            yield row
            ahead.draw(2)
        ahead.draw(most)
        window = ahead


def _there(job: Job, batches: Iterator[Numbered], most: int, jobs: int | None) -> Iterator[_Row]:
    """
    By a cluster: Ray Data cannot be driven by a client of one (2.60: 'Worker' object has no attribute
    'core_worker'), so a task there drives it, for one window. A driver that dies is replaced like any task.
    """
    import ray

    def drive(job: Job, tables: list[pa.Table]) -> list[_Row]:
        return list(_judged(job, tables, jobs))

    driven = ray.remote(num_cpus=0, max_retries=_DEATHS)(drive)
    window = _Window(batches, most)
    window.draw(most)
    while window.tables:
        reference = driven.remote(job, window.tables)
        window = _Window(batches, most)
        window.draw(most)
        yield from ray.get(reference)


class _Window:
    """Batches that are handed to Ray together: at most so many, and few where they are large."""

    def __init__(self, batches: Iterator[Numbered], most: int) -> None:
        self._batches = batches
        self._most = most
        self._bytes = 0
        self.tables: list[pa.Table] = []

    def draw(self, count: int) -> None:
        """Take so many more, where there is room."""
        for _ in range(min(count, self._most - len(self.tables))):
            if self._bytes >= _WINDOW_BYTES:
                return
            for number, batch in islice(self._batches, 1):
                content = packed(batch)
                self._bytes += len(content)
                self.tables.append(pa.table([[number], [content]], schema=_SENT))


def _judged(job: Job, tables: list[pa.Table], jobs: int | None) -> Iterator[_Row]:
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    judged = _mapped(ray.data.from_arrow(tables), job, jobs)
    for table in judged.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        for row in table.to_pylist():
            yield row["number"], row["tally"], row["problem"]


def _mapped(data: ray.data.Dataset, job: Job, jobs: int | None) -> ray.data.Dataset:
    import ray.data

    def tallies(table: pa.Table) -> pa.Table:
        problem = _problem(job)
        batches = () if problem else map(unpacked, (content.as_buffer() for content in table["batch"]))
        contents: list[bytes | None] = [job.tally(batch).packed() for batch in batches] or [None] * len(table)
        return pa.table([table["number"], contents, [problem] * len(table)], schema=_JUDGED)

    with warnings.catch_warnings():
        # The only way to say `max_retries`; what is to come in its place is not known (the extra names the
        # versions that have it).
        warnings.filterwarnings("ignore", "`ray_remote_args` is deprecated")
        return data.map_batches(
            tallies,
            batch_size=None,
            batch_format="pyarrow",
            compute=ray.data.TaskPoolStrategy(jobs),
            num_cpus=1,
            max_retries=_DEATHS,
        )


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Ray's errors as ours: what a person can mend is a sentence; a bug of ours stays one."""
    from ray.exceptions import NodeDiedError, RayError, RuntimeEnvSetupError, WorkerCrashedError

    try:
        yield
    except (WorkerCrashedError, NodeDiedError):
        raise WorkersDied(f"workers of Ray ended {_DEATHS + 1} times on the same batch") from None
    except RuntimeEnvSetupError as error:
        raise ValueError(f"Ray cannot load filterproxy into its workers: {error}") from None
    except RayError as error:
        # What a worker imports comes back as text only.
        if missing := _MISSING_MODULE.search(str(error)):
            raise ValueError(
                f'a worker of Ray has no module "{missing[1]}"; what filterproxy needs must be installed on'
                " each machine: pip install 'filterproxy[ray]'"
            ) from None
        raise


_MISSING_MODULE = re.compile("No module named '([^']+)'")


def _problem(job: Job) -> str | None:
    """Why the rulebooks cannot be run by this worker: a function that rules name and it does not have."""
    try:
        for document in (job.baseline, job.candidate):
            side_of(document, job.allowed)
    except ValueError as error:
        return str(error)
    return None
