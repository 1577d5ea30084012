"""
A report as JUnit XML, which CI systems read: a suite for each pack, one more for each file of conversations.

There is no standard; this keeps to the one schema that refuses what it does not know (junit-10.xsd, of the
xUnit plugin of Jenkins). So the file stands on the suite, where GitHub's actions look for it, too, and the
line in the name of the case and at the head of what failed. What is known to come out wrong, and what was not
run, is skipped, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from filterproxy.proving.report import Failure, Outcome, Report, Result
from filterproxy.rulebook.problem import Problem, render

# https://www.w3.org/TR/xml/#charsets
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = "filterproxy"


def junit(report: Report) -> bytes:
    """The XML of a report; one of which nothing was run has a failing case that says so."""
    root = ElementTree.Element("testsuites", name=_NAME)
    suites: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        suites.setdefault(outcome.pack or outcome.file, []).append(outcome)
    failures = sum([_suite(root, name, outcomes, report.strict) for name, outcomes in suites.items()])
    tests = len(report.outcomes)
    if not report.ran:
        _nothing(root)
        tests, failures = tests + 1, failures + 1
    seconds = sum(outcome.seconds for outcome in report.outcomes)
    _count(root, tests, failures, seconds)
    return _bytes(root)


def _bytes(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def unread(problems: Sequence[Problem]) -> bytes:
    """The XML of a run that was none, since what it was to read has mistakes: each is a failing case."""
    root = ElementTree.Element("testsuites", name=_NAME)
    suite = ElementTree.SubElement(root, "testsuite", name=_NAME)
    for problem in problems:
        place = problem.place
        name = _legal(f"{place.file}, line {place.line}: {problem.code}")
        case = ElementTree.SubElement(suite, "testcase", name=name, classname=_NAME, time="0.000")
        _fail(case, problem.what, render(problem))
    for element in (suite, root):
        _count(element, len(problems), len(problems), 0.0)
    return _bytes(root)


def _suite(root: ElementTree.Element, name: str, outcomes: Sequence[Outcome], strict: bool) -> int:
    """Add a suite; how many of its cases failed."""
    suite = ElementTree.SubElement(root, "testsuite", name=_legal(name), file=_legal(outcomes[0].file))
    failures = sum(_case(suite, outcome, strict) for outcome in outcomes)
    suite.set("skipped", str(sum(1 for outcome in outcomes if _skipped(outcome, strict))))
    _count(suite, len(outcomes), failures, sum(outcome.seconds for outcome in outcomes))
    return failures


def _count(element: ElementTree.Element, tests: int, failures: int, seconds: float) -> None:
    numbers = {"tests": tests, "failures": failures, "errors": 0}
    for key, number in numbers.items():
        element.set(key, str(number))
    element.set("time", f"{seconds:.3f}")


def _skipped(outcome: Outcome, strict: bool) -> bool:
    never = (Result.TODO, Result.NOT_RUN)
    return outcome.result in (never if strict else (*never, Result.NOW_RIGHT))


def _case(suite: ElementTree.Element, outcome: Outcome, strict: bool) -> bool:
    """Add a case; whether it failed."""
    is_talk = outcome.kind == "conversation"
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=_legal(outcome.name if is_talk else f"{outcome.kind}, line {outcome.line}"),
        classname=_legal(outcome.file if is_talk else f"{outcome.pack}.{outcome.name}"),
        time=f"{outcome.seconds:.3f}",
    )
    if outcome.result is Result.FAILED and outcome.failure is not None:
        _fail(
            case, f"expected {outcome.failure.expected}, came {outcome.failure.came}", _told(outcome.failure)
        )
        return True
    if outcome.result is Result.NOW_RIGHT and strict:
        _fail(case, now_right(outcome), f"{outcome.file}:{outcome.line}")
        return True
    if outcome.result is Result.TODO:
        came = outcome.failure.came if outcome.failure is not None else ""
        ElementTree.SubElement(case, "skipped", message=_legal(f"todo: known to come out wrong ({came})"))
    elif outcome.result is Result.NOT_RUN:
        why = f"not run: {outcome.missing} asks somebody who was not asked"
        ElementTree.SubElement(case, "skipped", message=_legal(why))
    elif outcome.result is Result.NOW_RIGHT:
        ElementTree.SubElement(case, "skipped", message=now_right(outcome))
    return False


def now_right(outcome: Outcome) -> str:
    """What is to be done with an example that is noted as wrong and is right."""
    if outcome.kind == "conversation":
        return "now right: take `todo` out"
    return f"now right: move it to {outcome.kind.removeprefix('todo_')}"


def _fail(case: ElementTree.Element, message: str, text: str) -> None:
    failure = ElementTree.SubElement(case, "failure", message=_legal(message), type="example")
    failure.text = _legal(text)


def _told(failure: Failure) -> str:
    return (
        f"{failure.file}:{failure.line}\n"
        f"read      {failure.how}\n"
        f"expected  {failure.expected}\n"
        f"came      {failure.came}\n"
        f"reply     {failure.text}\n"
    )


def _nothing(root: ElementTree.Element) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_NAME)
    case = ElementTree.SubElement(
        suite, "testcase", name="something is tested", classname=_NAME, time="0.000"
    )
    _fail(case, "nothing was tested", "no example could be run, or there are none")
    _count(suite, 1, 1, 0.0)


def _legal(text: str) -> str:
    """*text* without what XML cannot hold."""
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)
