"""The command line: one command per file; what a command needs is imported when it runs."""

from __future__ import annotations

import typer

from filterproxy.cli import (
    check,
    config,
    demo,
    demote,
    diff,
    eval,
    experiments,
    ext_proc,
    history,
    kill,
    new,
    promote,
    purge,
    replay,
    review,
    rules_list,
    schema,
    serve,
    test,
    try_,
)

main = typer.Typer(
    name="filterproxy",
    help="Filters the replies of a language model, whole or streamed, by an ordered chain of rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# As they are met: running it, writing a rule, trying it on what was said, rolling it out, looking back.
for _command in (
    *(demo, serve, ext_proc, config),
    *(check, schema, test, try_, eval, new),
    *(replay, experiments, review),
    *(rules_list, promote, demote, kill),
    *(history, diff, purge),
):
    _command.register(main)
