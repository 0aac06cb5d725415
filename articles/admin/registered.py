"""Imports every module of the desk that registers an admin class or a page.

The project loads it after the admin classes of libraries, because the desk replaces some of them.
"""

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
    review_screen,
    sources,
    synonyms,
)

__all__ = [
    "accounts", "actors", "articles", "authority", "captures", "deliveries", "events", "facts", "figures", "guide", "history",
    "merging", "review_screen", "sources", "synonyms",
]  # fmt: skip
