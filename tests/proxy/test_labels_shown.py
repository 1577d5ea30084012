"""The setting `labels`: what people said about rules, in the proxy's metrics."""

from __future__ import annotations

import re
from pathlib import Path

from filterproxy.labels.label import RIGHT, WRONG, Label
from filterproxy.labels.store import append
from filterproxy.settings.gather import gather
from tests.proxy.test_admin import Admin


def metrics(admin: Admin) -> str:
    return admin.ask("GET", "/metrics").text


def test_precision_is_among_the_metrics_when_labels_are_named(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    admin = Admin(tmp_path, labels=str(file))
    version = re.search(r'_rule_mode_replies\{mode="enforce",rule="mail",version="(\w+)"', metrics(admin))
    assert version is not None
    given = [("a", "mail", RIGHT), ("b", "mail", WRONG), ("c", "gone", RIGHT)]
    append(file, [Label(*one, version=version[1]) for one in given])
    append(file, [Label("d", "mail", WRONG, version="before")])
    shown = metrics(admin)

    assert 'filterproxy_rule_precision{bound="point",rule="mail"} 0.5' in shown
    assert 'filterproxy_rule_labels{label="right",rule="sure"} 0.0' in shown
    assert "gone" not in shown


def test_without_the_setting_there_are_no_such_series(tmp_path: Path) -> None:
    shown = metrics(Admin(tmp_path))

    assert "filterproxy_rule_precision" not in shown and "filterproxy_rule_labels" not in shown
    assert re.search(r'_rule_mode_replies\{mode="enforce",rule="mail",version="\w{12}"\} 0\.0', shown)


def test_the_file_is_named_from_where_the_configuration_stands(tmp_path: Path) -> None:
    config = tmp_path / "filterproxy.yaml"
    config.write_text("upstream: http://localhost\nlabels: .filterproxy/labels.jsonl\n")

    assert str(tmp_path / ".filterproxy/labels.jsonl") == gather({}, {}, config).config.labels
