"""Lexemes: what the index holds for a word, and how a query names one."""

Lexemes = tuple[str, ...]


def quoted(lexeme: str) -> str:
    """`lexeme` as a literal of the tsquery language."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
