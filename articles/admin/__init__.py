"""The editors' desk: Django admin for every noun, in Arabic, and the pages that editors work on all day."""

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
