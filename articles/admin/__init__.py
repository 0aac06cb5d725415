"""The editors' desk: Django admin for every noun, in Arabic, and the pages that editors work on all day."""

from articles.admin import (
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
    "actors", "articles", "authority", "captures", "deliveries", "events", "facts", "figures", "guide", "history", "merging",
    "reviewing", "sources", "synonyms",
]  # fmt: skip
