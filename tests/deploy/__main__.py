"""
`python -m tests.deploy`: makes the environment of the tools that judge deploy/, where it is not there yet.
`--copy` brings alerts and dashboards into the chart, which cannot reach outside its folder.
"""

from __future__ import annotations

import sys

from tests.deploy import tools


def main() -> int:
    """The exit code: 0, or 2 when they cannot be installed."""
    if sys.argv[1:] == ["--copy"]:
        tools.copy()
        return 0
    if tools.installed():
        return 0
    print(f"installing {', '.join(tools.PACKAGES)} into {tools.FOLDER}", file=sys.stderr, flush=True)
    try:
        tools.install()
    except tools.NotInstalled as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
