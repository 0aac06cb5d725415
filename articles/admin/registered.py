"""Imports every module of the desk that registers an admin class or a page. Loaded by the project after the admin classes of
libraries, some of which the desk replaces."""

from articles.admin import (
    accounts,
    actors,
    articles,
    authority,
    captures,
    deliveries,
    events,
    facts,
    figures,
    guide,
    history,
    merging,
    reviewing,
    sources,
    synonyms,
)

__all__ = [
    "accounts", "actors", "articles", "authority", "captures", "deliveries", "events", "facts", "figures", "guide", "history",
    "merging",
    "reviewing", "sources", "synonyms",
]  # fmt: skip
