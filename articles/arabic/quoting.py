"""Guillemets around words that may have some of their own; called wherever a message quotes."""


def quoted(words: object) -> str:
    """The words in one pair of guillemets: a pair around all of them is not doubled, and a pair inside becomes “…”."""
    text = str(words).strip()
    while _is_all_quoted(text):
        text = text[1:-1].strip()
    return f"«{text.replace('«', '“').replace('»', '”')}»"


def _is_all_quoted(text: str) -> bool:
    """Whether the first character opens a pair that the last one closes."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "«") - (character == "»")
        if depth == 0:
            return at > 0 and at == len(text) - 1
    return False
