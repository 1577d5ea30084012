"""`filterproxy review`: a person says, one key each, whether rules did right about recorded replies."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.evidence import LabelsOption, labels_or_exit, look
from filterproxy.cli.rules import (
    PROBLEMS,
    AllowPython,
    KnownOption,
    RulesOption,
    check_ids,
    count,
    document_or_exit,
    fail,
    inline_answers,
    paths_or_default,
)

if TYPE_CHECKING:
    from filterproxy.labels.case import Case
    from filterproxy.labels.label import Label
    from filterproxy.labels.picked import Pick
    from filterproxy.labels.review import Review
    from filterproxy.labels.sample import Sampler
    from filterproxy.labels.store import Labels
    from filterproxy.rulebook.book import Rulebook
    from filterproxy.rulebook.document import Document


def review(
    recordings: Annotated[
        list[Path],
        typer.Argument(
            metavar="RECORDINGS...",
            help="Recordings or sampled decisions: files, or their folders.",
            exists=True,
        ),
    ],
    rules: RulesOption = None,
    known: KnownOption = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Ask about this rule alone; may be repeated.")
    ] = None,
    strata: Annotated[
        str, typer.Option(metavar="NAMES", help="Which replies: fired, near (nearly fired), excused.")
    ] = "fired,near,excused",
    new: Annotated[
        bool,
        typer.Option(
            "--new", help="Ask where a rule fires that did not before the last experiment of these rules."
        ),
    ] = False,
    case: Annotated[
        list[str] | None,
        typer.Option(metavar="HASH", help="Ask about this case, as `replay` names it; may be repeated."),
    ] = None,
    number: Annotated[
        int, typer.Option("--count", min=1, max=10_000, help="How many cases, of all rules together.")
    ] = 20,
    seed: Annotated[int, typer.Option(help="Another seed draws other cases.")] = 0,
    labels: LabelsOption = None,
    who: Annotated[str | None, typer.Option(metavar="NAME", help="[default: as git commits]")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="Take keys from a file, a line for each case."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the cases as JSON, and ask nothing.")
    ] = False,
    allow_python: AllowPython = None,
) -> None:
    """
    Say of recorded replies, one key each, whether the rules did right about them.

    The cases are drawn for each rule from replies in which it fired, nearly fired, and was excused; what
    nobody has labelled of a rule as it is comes first. Labels go to a plain file, and make the precision that
    `filterproxy rules` tells; those of cases that were asked for (--new, --case) do not, since they are no
    sample.
    """
    from filterproxy.cli.review_picked import by_hash, newly_fired
    from filterproxy.labels.label import FIRED
    from filterproxy.labels.sample import Sampler
    from filterproxy.rulebook.compile import compile
    from filterproxy.rulebook.document import versions_of

    files = paths_or_default(rules)
    document = document_or_exit(files, known or (), as_json=as_json)
    rulebook, versions = compile(document), versions_of(document)
    check_ids(rule or (), rulebook.rules)
    if new and case:
        raise typer.BadParameter("either certain cases, or --new", param_hint="--case")
    wanted = (FIRED,) if new else _strata(strata)
    if not as_json and batch is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        fail(
            "review asks one key at a time and needs a terminal;"
            " --batch FILE takes them from a file, --json asks none"
        )
    _, there = labels_or_exit(labels, document, files)
    pick = newly_fired(document, files) if new else by_hash(case, versions) if case else None
    answers = inline_answers(allow_python)
    sampler = Sampler(
        rulebook, there, rule, versions=versions, keep=number, seed=seed, answers=answers, pick=pick
    )
    skipped = look(sampler, recordings)
    _print_left_out(sampler, wanted, pick)
    cases = sampler.cases(number, wanted)
    if as_json:
        _print_json(rulebook, sampler, there, cases, skipped)
    elif not cases:
        _print_none(sampler, wanted)
    else:
        walk = _walk(rulebook, versions, cases, there, labels, who)
        _run(walk, batch)
        _print_end(document, files, walk, sampler, labels, rule)
    if not sampler.looked_at:
        raise typer.Exit(PROBLEMS)


def _strata(text: str) -> tuple[str, ...]:
    from filterproxy.labels.label import STRATA

    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names or ("",):
        if name not in STRATA:
            raise typer.BadParameter(f'"{name}" is none of {", ".join(STRATA)}', param_hint="--strata")
    return names


def _walk(
    rulebook: Rulebook,
    versions: Mapping[str, str],
    cases: Sequence[Case],
    there: Labels,
    labels: Path | None,
    who: str | None,
) -> Review:
    from filterproxy.history.errors import HistoryError
    from filterproxy.history.home import make_home
    from filterproxy.labels.author import author
    from filterproxy.labels.examples import add
    from filterproxy.labels.review import Review
    from filterproxy.labels.store import NAME, append

    places = {rule.id: at for at, rule in enumerate(rulebook.rules)}

    def keep(label: Label) -> None:
        try:
            append(labels or make_home() / NAME, [label])
        except OSError as error:
            fail(f"the label could not be written: {error.strerror}")
        except HistoryError as error:
            fail(str(error))

    def make(case: Case, right: bool) -> str:
        at = places[case.rule]
        return add(case, right, rulebook.rules[at], rulebook.infos[at]).said()

    name = author() if who is None else who
    return Review(cases, there, keep, make, name, rulebook.hash, versions=versions)


def _run(walk: Review, batch: Path | None) -> None:
    from filterproxy.cli.keys import keys

    if batch is not None:
        _ask(walk, _keys_of(batch), menu=False)
        return
    with keys() as pressed:

        def next_key() -> tuple[str, str]:
            key = pressed.key() or "q"
            return key, pressed.line("  note: ") if key == "n" else ""

        # Whenever it comes, Ctrl-C is as q: what was said is on disk.
        with contextlib.suppress(KeyboardInterrupt):
            _ask(walk, next_key, menu=True)


def _ask(walk: Review, next_key: Callable[[], tuple[str, str]], *, menu: bool) -> None:
    from filterproxy.cli.review_show import print_case, print_menu
    from filterproxy.cli.show import console

    out = console()
    shown = -1
    while walk.case is not None:
        if walk.at != shown:
            print_case(out, walk)
            if menu:
                print_menu(out)
            shown = walk.at
        key, note = next_key()
        said = walk.press(key)
        if key == "n":
            said = walk.annotate(note)
        if said:
            out.print(f"  {said}", style="cyan")


def _keys_of(batch: Path) -> Callable[[], tuple[str, str]]:
    """Keys from a file: each line some, as in `r` or `e r`; `n WORDS` is a note; # begins a comment."""
    try:
        lines = batch.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter(f'"{batch}" cannot be read as UTF-8', param_hint="--batch") from None

    def keys() -> Iterator[tuple[str, str]]:
        for line in map(str.strip, lines):
            if line.startswith("n "):
                yield "n", line[2:]
            elif not line.startswith("#"):
                yield from ((key, "") for key in line if not key.isspace())

    left = keys()
    return lambda: next(left, ("q", ""))


def _print_left_out(sampler: Sampler, strata: Sequence[str], pick: Pick | None) -> None:
    from filterproxy.cli.show import console
    from filterproxy.labels.label import NEAR
    from filterproxy.labels.picked import ByHash

    err = console(stderr=True)
    if sampler.not_run:
        said = "Not asked about, since they ask a service, or a function that is not allowed here: "
        err.print(said + ", ".join(sampler.not_run), style="yellow")
    if NEAR in strata and sampler.ungated:
        said = "Without near misses, since no gate can be derived for them: "
        err.print(said + ", ".join(sampler.ungated), style="dim")
    if isinstance(pick, ByHash) and pick.missing:
        err.print("Not among the recordings: " + ", ".join(pick.missing), style="yellow")


def _print_none(sampler: Sampler, strata: Sequence[str]) -> None:
    from filterproxy.cli.review_show import why_none

    typer.echo(f"Nothing to ask: {why_none(sampler, strata)}.")


def _print_end(
    document: Document,
    files: Sequence[Path],
    walk: Review,
    sampler: Sampler,
    labels: Path | None,
    rules: Sequence[str] | None,
) -> None:
    from filterproxy.cli.review_show import print_precision
    from filterproxy.cli.show import console

    file, there = labels_or_exit(labels, document, files)  # again: it was written to
    out = console()
    said = f"\n{count(len(walk.given), 'label')}"
    if walk.examples:
        said += f" and {count(walk.examples, 'example')}"
    out.print(f"{said} of {count(len(walk.cases), 'case')}, in {file}\n")
    seen = {case.rule for case in walk.cases} | set(there.rules)
    print_precision(out, sampler, there, [id for id in sampler.versions if id in (rules or seen)])


def _print_json(
    rulebook: Rulebook, sampler: Sampler, there: Labels, cases: Sequence[Case], skipped: int
) -> None:
    from filterproxy.cli.review_show import case_json, totals_json
    from filterproxy.cli.show import print_json

    found: dict[str, Any] = {
        "hash": rulebook.hash,
        "exchanges": sampler.looked_at,
        "skipped": skipped,
        "not_run": list(sampler.not_run),
        "ungated": list(sampler.ungated),
        "rules": totals_json(sampler, there, [rule.id for rule in rulebook.rules]),
        "cases": [case_json(case, there.get(*case.key)) for case in cases],
    }
    print_json(found)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("review", short_help="Label recorded replies, one key each.")(review)
