"""
README.md says what is so: its metrics, its settings and its commands, whose help is in cli/COMMANDS.md.

After a change of a command, `python -m tests.test_readme` pastes the help anew.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import filterproxy.cli
import filterproxy.metrics
from filterproxy.cli import main
from filterproxy.config import Config
from filterproxy.core.rule import MATCH_LIMIT
from filterproxy.core.sentence import SENTENCE_LIMIT
from filterproxy.dialects.configured import DIALECTS
from filterproxy.engine import rulebook_metrics
from filterproxy.facts import FACTS
from filterproxy.settings.gather import gather
from filterproxy.settings.schema import File, LogEntry, RouteEntry, UpstreamEntry

README = Path(__file__).resolve().parent.parent / "README.md"
TEXT = README.read_text("utf-8")
COMMANDS = Path(filterproxy.cli.__file__).parent / "COMMANDS.md"
BOTH = TEXT + COMMANDS.read_text("utf-8")

_HELP = re.compile(r"(?ms)^\$ filterproxy (?P<command>[a-z-]*?) ?--help\n(?P<help>.*?)(?=^\$|^```)")
_METRIC = re.compile(r"(filterproxy_\w+(?:\{[\w,]+\})?)")


def real_help(command: str) -> str:
    """What a command prints on a terminal of 80 columns."""
    arguments = [command, "--help"] if command else ["--help"]
    # 80 less the margin that is left on a terminal.
    result = CliRunner().invoke(main, arguments, prog_name="filterproxy", terminal_width=78)
    return "\n".join(line.rstrip() for line in result.output.splitlines()).strip()


def with_real_help(text: str) -> str:
    """*text* with each pasted help as the command prints it now."""

    def pasted(found: re.Match[str]) -> str:
        blank = "\n" if found["help"].endswith("\n\n") else ""
        head = found[0].splitlines()[0]
        return f"{head}\n{real_help(found['command'])}\n{blank}"

    return _HELP.sub(pasted, text)


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading or a text, without its head."""
    table = TEXT[TEXT.index("|", TEXT.index(heading)) :].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


@pytest.mark.parametrize("command", [found["command"] for found in _HELP.finditer(BOTH)])
def test_a_pasted_help_is_what_the_command_prints(command: str) -> None:
    (pasted,) = (found["help"].strip() for found in _HELP.finditer(BOTH) if found["command"] == command)

    assert real_help(command) == pasted


def test_every_command_has_its_help_pasted() -> None:
    commands = {str(command.name) for command in main.registered_commands}
    commands |= {str(group.name) for group in main.registered_groups}

    assert commands | {""} == {found["command"] for found in _HELP.finditer(BOTH)}


def test_the_table_of_metrics_is_the_one_beside_the_code() -> None:
    documented = dict(row[:2] for row in rows("## Metrics"))
    prologues = f"{filterproxy.metrics.__doc__}\n{rulebook_metrics.__doc__}"
    lines = [line.strip() for line in prologues.splitlines() if "…" not in line]
    counted = dict(line.split(maxsplit=1) for line in lines if line.startswith("filterproxy_"))

    assert counted == {name.strip("`"): said for name, said in documented.items()}


def test_every_metric_that_is_named_anywhere_is_one_of_the_table() -> None:
    known = {_bare(row[0].strip("`")) for row in rows("## Metrics")}
    series = {name + suffix for name in known for suffix in ("", "_sum", "_count", "_bucket")}

    assert {_bare(name) for name in _METRIC.findall(TEXT)} <= series


def _bare(metric: str) -> str:
    return metric.split("{")[0]


def test_the_settings_that_are_shown_are_settings_and_differ_from_their_defaults(tmp_path: Path) -> None:
    """The block as it stands is a configuration file."""
    (block,) = re.findall(r"```yaml\n(upstream: .*?)```", TEXT, re.DOTALL)
    file = tmp_path / "filterproxy.yaml"
    file.write_text(block, "utf-8")
    found = gather({}, {"BIG_KEY": "sk-1"}, file)

    assert found.config.upstream == "main"
    assert "support" == found.config.routes[0].name


def test_the_limits_are_the_defaults() -> None:
    limits = {name.strip("`"): said.replace("\N{NO-BREAK SPACE}", " ") for name, said, _ in rows("| limit |")}
    defaults = {field.name: field.default for field in dataclasses.fields(Config)}

    for name in ("request_limit_bytes", "reply_limit_bytes", "event_limit_bytes", "held_limit"):
        assert defaults[name] == _number(limits[name]), name
    assert MATCH_LIMIT == _number(limits["match (fixed)"])
    assert SENTENCE_LIMIT == _number(limits["sentence (fixed)"])


# Words with an underscore that are no settings: of OpenAI's replies, of packs, and causes in the metrics.
_OTHER_WORDS = {
    "client_gone", "content_filter", "context_unknown", "finish_reason", "previous_response_id",
    "reasoning_content", "todo_hit", "todo_pass", "too_large",
}  # fmt: skip


def test_settings_named_in_the_text_exist() -> None:
    named = {word for word in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", TEXT) if word[:12] != "filterproxy_"}

    models = (File, UpstreamEntry, RouteEntry, LogEntry)
    settings = {name for model in models for name in model.model_fields}
    assert named <= settings | _OTHER_WORDS | FACTS.keys() | set(DIALECTS)


def test_the_two_commands_need_nothing_but_python() -> None:
    """Each is one line that makes its own environment; the second runs these tests."""
    start, tests = re.findall(r"^\$ (python3 -m venv .*)$", TEXT, re.MULTILINE)[:2]

    assert start.endswith("&& .venv/bin/filterproxy demo")
    assert tests.endswith("-e '.[dev]' && .venv/bin/python -m pytest")
    assert (README.parent / "pyproject.toml").read_text("utf-8").count("\ndev = [") == 1


def test_the_drain_time_is_the_default() -> None:
    (seconds,) = re.findall(r"`drain_seconds`, (\d+) s", TEXT)

    assert Config("http://x").drain_seconds == float(seconds)


def _number(said: str) -> int:
    number = int(re.sub(r"\D", "", said))
    return number << 20 if "MiB" in said else number


if __name__ == "__main__":
    for file in (README, COMMANDS):
        file.write_text(with_real_help(file.read_text("utf-8")), "utf-8")
