"""Rulebooks as they were: of git's revisions, and of the journal, by their hash."""

from filterproxy.history.resolve import document_of

__all__ = ["document_of"]
