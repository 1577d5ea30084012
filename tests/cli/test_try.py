"""`filterproxy try`."""

from __future__ import annotations

import json
from pathlib import Path

from rich.text import Text
from typer.testing import CliRunner

from filterproxy.cli import main
from filterproxy.cli.show import EXCUSED, HIT, marked
from tests.cli.packs import write

runner = CliRunner()


def test_spans_are_marked_by_carets_and_excuses_by_waves(tmp_path: Path) -> None:
    reply = "We open at nine on Monday. Write to me@x.com."
    result = runner.invoke(main, ["try", reply, "-r", write(tmp_path), "-s", "Open Mon-Fri 09:00-17:00."])

    assert result.exit_code == 0
    assert "~~~~" in result.output
    assert "passes: grounded: system prompt" in result.output
    assert f"    {reply}\n{' ' * 40}^^^^^^^^\n" in result.output
    assert result.output.endswith("    We open at nine on Monday. Write to [mail].\n")


def test_a_quiet_reply_stays_as_it_is(tmp_path: Path) -> None:
    result = runner.invoke(main, ["try", "Hello.", "-r", write(tmp_path)])

    assert result.output == "3 rules found nothing.\nThe client reads the reply as it is.\n"


def test_a_stream_is_tried_as_one(tmp_path: Path) -> None:
    arguments = ["try", "Hi. We open at 9 am.", "--json", "-r", write(tmp_path)]
    whole, streamed = (
        json.loads(runner.invoke(main, [*arguments, way]).stdout)["text"] for way in ("--whole", "--stream")
    )

    assert (whole, streamed) == ("Please look at our website.", "Hi. Please look at our website.")


def test_a_dash_reads_the_reply_from_standard_input(tmp_path: Path) -> None:
    result = runner.invoke(main, ["try", "-", "--json", "-r", write(tmp_path)], input="me@x.com")

    assert json.loads(result.stdout)["text"] == "[mail]"


def test_what_a_known_file_states_passes(tmp_path: Path) -> None:
    known = tmp_path / "shop.md"
    known.write_text("# Opening hours\n\n- Monday to Friday: 9:00-17:00\n")
    reply = "We open at nine on Monday."
    result = runner.invoke(main, ["try", reply, "-r", write(tmp_path), "--known", str(known)])

    assert "passes: grounded: known file shop.md" in result.output


def test_a_known_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.md")
    result = runner.invoke(main, ["try", "Hi.", "-r", write(tmp_path), "-k", gone])

    assert result.exit_code == 1
    assert f'error[FP001]: "{gone}" is not there' in result.stderr.replace("\n", "")


def plain(lines: object) -> list[str]:
    return [line.plain for line in lines if isinstance(line, Text)]  # type: ignore[attr-defined]


def test_marks_stay_under_their_letters_in_long_and_wide_lines() -> None:
    text = "word " * 20 + "\n日本 ab"
    shown = plain(marked(text, [((96, 99), HIT), ((104, 106), EXCUSED)], "", terminal=False, columns=50))

    assert shown == ["word " * 9 + "word", "word " * 9 + "word", " " * 46 + "^^^", "日本 ab", "     ~~"]


def test_a_reply_cannot_reach_into_the_terminal() -> None:
    assert plain(marked("a\x1b[2Jb", [], "", terminal=True)) == ["a\N{REPLACEMENT CHARACTER}[2Jb"]


RARE = """version: 1
pack: shop
rules:
  - {id: canary, match: {phrases: [refund]}, action: redact, rollout: 0%}
  - {id: elsewhere, match: {phrases: [refund]}, when: {model: gpt-*}, action: drop}
  - {id: resting, match: {phrases: [refund]}, mode: off, action: drop}
"""


def test_a_rule_that_was_not_asked_is_not_said_to_have_found_nothing(tmp_path: Path) -> None:
    result = runner.invoke(main, ["try", "No refund.", "-r", write(tmp_path, RARE)])

    assert result.output == (
        "canary  shop  shadow  redact\n"
        "    No refund.\n"
        "       ^^^^^^\n"
        "    not among the 0% of its rollout: counted, nothing changes\n"
        "\n"
        "Not asked, since their `when` does not hold: elsewhere.\n"
        "Off: resting.\n"
        "The client reads the reply as it is.\n"
    )


def test_what_is_not_utf8_is_wrong_usage(tmp_path: Path) -> None:
    result = runner.invoke(main, ["try", "-", "-r", write(tmp_path)], input=b"a\xff")

    assert (2, "") == (result.exit_code, result.stdout)
    assert "filterproxy try: what is given is not UTF-8 (byte 0xFF after 1 byte)\n" == result.stderr
