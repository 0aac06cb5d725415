"""Lexemes: the index holds one or more for each word, and a tsquery quotes them."""

Lexemes = tuple[str, ...]


def quote_lexeme(lexeme: str) -> str:
    """Returns `lexeme` as a literal of the tsquery language."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
