"""The command line: one command per file; what a command needs is imported when it runs."""

from __future__ import annotations

import typer

from filterproxy.cli import check, config, demo, eval, ext_proc, purge, serve, test, try_

main = typer.Typer(
    name="filterproxy",
    help="Filters the replies of a language model, whole or streamed, by an ordered chain of rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for _command in (demo, serve, ext_proc, config, check, test, try_, eval, purge):
    _command.register(main)
