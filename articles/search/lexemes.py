"""Words → the lexemes that the index holds for them, asked of the database, so that query and index cannot disagree."""

from collections.abc import Iterable, Mapping

from django.db import connection

# One row per lexeme, in order; a word such as «2018م» has two. Constant in the number of words, reads no table.
_LEXEMES = """
    SELECT word, array_agg(lexeme ORDER BY positions[1])
    FROM unnest(%s::text[]) AS word, unnest(to_tsvector('archive_arabic', archive_fold(word)))
    GROUP BY word
"""

Lexemes = tuple[str, ...]


def lexemes_of(words: Iterable[str]) -> Mapping[str, Lexemes]:
    """Each word with its lexemes in order; words without any (signs) are left out."""
    wanted = sorted(set(words))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LEXEMES, [wanted])
        return {word: tuple(lexemes) for word, lexemes in cursor.fetchall()}


def quoted(lexeme: str) -> str:
    """`lexeme` as a literal of the tsquery language."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
