"""`filterproxy replay`: what a change of rules would have done to replies that were recorded."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from filterproxy.cli.evidence import labels_or_exit
from filterproxy.cli.rules import (
    PROBLEMS,
    AllowPython,
    JsonOption,
    KnownOption,
    RulesOption,
    count,
    exit_with_problems,
    fail,
)

if TYPE_CHECKING:
    from filterproxy.corpus.sources import Corpus
    from filterproxy.experiments.entry import Entry
    from filterproxy.replay.gates import Gate
    from filterproxy.replay.pool import Engine
    from filterproxy.replay.run import Given
    from filterproxy.replay.work import Work
    from filterproxy.rulebook.document import Document

# Exit code where nothing could be replayed: neither good nor bad can be said of the rules.
UNUSABLE = 3

_KEPT = "what was judged is kept, and the same command goes on with it"
_LIMIT = "a number of replies, or a share of them: 3, 0.5%"


def replay(
    recordings: Annotated[
        list[Path],
        typer.Argument(
            metavar="RECORDINGS",
            help="Recordings, sampled decision logs, ShareGPT or OpenAI messages: .jsonl, .jsonl.zst,"
            " .parquet, or folders of them.",
        ),
    ],
    candidate: Annotated[
        str | None,
        typer.Option(
            metavar="RULES", help="The rules to try: a folder, git:REV[:FOLDER], or a hash. [default: live]"
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="RULES",
            help="What to compare them with: the same, live, or none (no rules at all)."
            " [default: live; without --candidate, none]",
        ),
    ] = None,
    rules: RulesOption = None,
    known: KnownOption = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, metavar="N", help="Processes. [default: one for each core]"),
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="ENGINE", help="pool (this machine), ray, or ray://ADDRESS.")
    ] = "pool",
    resume: Annotated[
        bool,
        typer.Option("--resume/--fresh", help="Go on with a run that was cut off, or begin anew."),
    ] = True,
    seed: Annotated[int, typer.Option(help="Which examples are taken.")] = 0,
    examples: Annotated[
        int, typer.Option(min=0, max=100, metavar="N", help="Examples of each rule and kind.")
    ] = 5,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Write a report for browsers, in one file."),
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What is tried, for the journal.")] = "",
    journal: Annotated[
        bool, typer.Option("--journal/--no-journal", help="Whether it becomes an entry of the journal.")
    ] = True,
    max_new_drops: Annotated[
        str | None,
        typer.Option(metavar="LIMIT", help=f"Gate: the most replies that are newly dropped, {_LIMIT}."),
    ] = None,
    max_changed: Annotated[
        str | None,
        typer.Option(metavar="LIMIT", help="Gate: the most replies that clients read otherwise."),
    ] = None,
    max_new: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[RULE=]LIMIT", help="Gate: the most replies on which a rule, or any, newly fires."
        ),
    ] = None,
    max_gone: Annotated[
        list[str] | None,
        typer.Option(metavar="[RULE=]LIMIT", help="Gate: the same, on which it no longer fires."),
    ] = None,
    min_exchanges: Annotated[
        int, typer.Option(min=0, metavar="N", help="Gate: fewer exchanges than this say nothing.")
    ] = 0,
    allow_python: AllowPython = None,
) -> None:
    """
    Run recorded exchanges through two rulebooks, by the engine that serves, and say what differs.

    Reports for each rule how often it fires, newly fires and no longer fires, what only this rule catches,
    and what it costs, with examples of changed replies. Exits with 1 when a gate does not hold, with 3 when
    nothing could be replayed.
    """
    _need_arrow()
    from filterproxy.cli.replay_report import print_report
    from filterproxy.cli.show import console, write_json
    from filterproxy.labels.precision import with_precision
    from filterproxy.replay.gates import judged, unknown_rules
    from filterproxy.replay.result import to_json
    from filterproxy.replay.run import NOTHING, Given
    from filterproxy.rulebook.document import versions_of

    gates = _gates(max_new_drops, max_changed, max_new or (), max_gone or ())
    _check_files(recordings, html)
    old_name, new_name = baseline or (NOTHING if candidate is None else "live"), candidate or "live"
    old, new = (_document(name, known or (), rules or (), as_json) for name in (old_name, new_name))
    _tell_rejected(old, new)
    allowed = tuple(allow_python or ())
    if missing := unknown_rules(gates, old, new):
        raise typer.BadParameter(f"neither rulebook has a rule {', '.join(missing)}", param_hint="--max-...")
    engine_ = _engine(engine, jobs)
    given = Given(_corpus(recordings), old, new, old_name, new_name, allowed, seed, examples)
    result = _replayed(given, engine_, fresh=not resume)
    result["gates"] = judged(gates, result, min_exchanges)
    there = labels_or_exit(None, new, rules or ())[1]
    result = with_precision(result, there, versions_of(new))
    if as_json:
        write_json(to_json(result))
    else:
        print_report(console(), result)
    usable = bool(result["corpus"]["exchanges"])
    entry = _recorded(result, note, old, new) if journal and usable else None
    if html is not None:
        _write_page(html, result, entry, note)
    if not usable:
        _unusable("there was no exchange to replay" + ("; see what was skipped" if as_json else ""))
    if not all(gate["ok"] for gate in result["gates"]):
        raise typer.Exit(PROBLEMS)


def _need_arrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        fail("replay needs Arrow: pip install 'filterproxy[replay]'")


def _unusable(sentence: str) -> NoReturn:
    typer.echo(f"filterproxy replay: {sentence}", err=True)
    raise typer.Exit(UNUSABLE)


def _check_files(recordings: Sequence[Path], html: Path | None) -> None:
    """Before anything is computed: a long run must not end in vain."""
    for path in recordings:
        if str(path) == "-":
            _unusable("recordings are read twice, and standard input only once: save it in a file")
        if not path.exists():
            _unusable(f'there is no file or folder "{path}"')
    if html is not None and not html.parent.is_dir():
        raise typer.BadParameter(f'there is no folder "{html.parent}"', param_hint="--html")
    if html is not None and not os.access(html if html.exists() else html.parent, os.W_OK):
        raise typer.BadParameter(f'"{html}" cannot be written', param_hint="--html")


def _corpus(recordings: Sequence[Path]) -> Corpus:
    from filterproxy.cli.replay_progress import reading
    from filterproxy.corpus.sources import corpus_of

    with reading() as watch:
        return corpus_of(recordings, watch)


def _document(name: str, known: Sequence[Path], rules: Sequence[Path], as_json: bool) -> Document:
    from filterproxy.history import document_of
    from filterproxy.replay.run import NOTHING, nothing
    from filterproxy.rulebook.problem import RulebookError

    if name == NOTHING:
        return nothing()
    try:
        return document_of(name, known, rules=rules)
    except RulebookError as error:
        exit_with_problems(error.problems, as_json=as_json)
    except ValueError as error:
        fail(str(error))


def _tell_rejected(baseline: Document, candidate: Document) -> None:
    """What was tried before and rejected, while there is time to think again."""
    from filterproxy.experiments.before import before_replay
    from filterproxy.experiments.read import read_journal

    # Without a journal that can be read there is nothing to tell; whoever writes to it says why.
    with suppress(OSError):
        for sentence in before_replay(read_journal(), baseline, candidate):
            typer.echo(sentence, err=True)


def _gates(new_drops: str | None, changed: str | None, new: Sequence[str], gone: Sequence[str]) -> list[Gate]:
    from filterproxy.replay.gates import Gate, gate_of, limit_of

    made = []
    try:
        if new_drops is not None:
            made.append(Gate("new-drops", limit_of(new_drops)))
        if changed is not None:
            made.append(Gate("changed", limit_of(changed)))
        made += [gate_of("new", text) for text in new]
        made += [gate_of("gone", text) for text in gone]
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--max-...") from None
    return made


def _engine(name: str, jobs: int | None) -> Engine:
    from filterproxy.replay.pool import pooled

    if name == "pool":
        most = jobs or len(os.sched_getaffinity(0))
        return lambda job, batches: pooled(job, batches, most)
    if name == "ray" or name.startswith("ray://"):
        from filterproxy.replay.ray_engine import on_ray

        try:
            return on_ray("" if name == "ray" else name, jobs)
        except ValueError as error:
            fail(str(error))
    raise typer.BadParameter(f'"{name}" is none of pool, ray, ray://ADDRESS', param_hint="--engine")


def _replayed(given: Given, engine: Engine, *, fresh: bool) -> dict[str, Any]:
    from filterproxy.cli.replay_progress import watching
    from filterproxy.replay.pool import WorkersDied
    from filterproxy.replay.run import replay

    try:
        with _work(given, fresh) as work, watching(given.corpus.lines) as watch:
            if work.resumed:
                said = (
                    f"Goes on after {work.resumed} batches of a run that was cut off (--fresh begins anew)."
                )
                typer.echo(said, err=True)
            result = replay(given, engine, work, watch)
            work.remove()
    except WorkersDied as error:
        fail(f"{error}; {_KEPT}")
    except OSError as error:
        # A disk that is full does not say where.
        fail(f"{error.filename or _work_folder()} cannot be written: {error.strerror or error}; {_KEPT}")
    except ValueError as error:
        fail(str(error))
    except KeyboardInterrupt:
        typer.echo(f"Cut off; {_KEPT}.", err=True)
        raise typer.Exit(130) from None
    return result


@contextmanager
def _work(given: Given, fresh: bool) -> Iterator[Work]:
    from filterproxy.replay.run import manifest
    from filterproxy.replay.work import KEPT_DAYS, Busy, expire, opened

    if gone := expire(_work_folder(), time.time()):
        said = f"{count(gone, 'replay')} that nobody went on with for {KEPT_DAYS} days"
        typer.echo(f"Forgot what was judged by {said}.", err=True)
    try:
        with opened(_work_folder(), manifest(given), fresh=fresh) as work:
            yield work
    except Busy as busy:
        fail(f"the same replay is being run already, in {busy}")


def _work_folder() -> Path:
    from filterproxy.history.home import CACHE, make_home

    return make_home() / CACHE / "replay"


def _write_page(path: Path, result: dict[str, Any], entry: Entry | None, note: str) -> None:
    from filterproxy.experiments.journal import author, stamp
    from filterproxy.replay.html import Heading, page

    if entry is None:
        heading = Heading(None, note, author(), stamp())
    else:
        heading = Heading(entry.number, note or entry.note, entry.who, entry.when)
    try:
        path.write_text(page(result, heading), encoding="utf-8")
    except OSError as error:
        fail(f'"{path}" cannot be written: {error.strerror}')


def _recorded(result: dict[str, Any], note: str, baseline: Document, candidate: Document) -> Entry | None:
    """The entry of the journal; None where there is none, which is said."""
    from filterproxy.experiments.files import read_entry
    from filterproxy.experiments.journal import record

    tell: Callable[[str], None] = lambda hint: typer.echo(hint, err=True)  # noqa: E731
    try:
        path = record(
            result, note=note, baseline=baseline, candidate=candidate, gates=result["gates"], tell=tell
        )
    except (ValueError, OSError) as error:
        # The replay itself is good, and was printed.
        typer.echo(f"The journal was not written: {error}", err=True)
        return None
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    typer.echo(f"Journal: {shown}", err=True)
    return read_entry(path)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("replay", short_help="Run recorded exchanges through two rulebooks.")(replay)
