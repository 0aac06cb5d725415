"""Puts guillemets around words that may hold guillemets; called wherever a message quotes."""


def in_guillemets(words: object) -> str:
    """Returns the words in one pair of guillemets. A pair around them all is not doubled; inner pairs become “…”."""
    text = str(words).strip()
    while _is_all_quoted(text):
        text = text[1:-1].strip()
    return f"«{text.replace('«', '“').replace('»', '”')}»"


def _is_all_quoted(text: str) -> bool:
    """Returns whether the first character opens a pair that the last one closes."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "«") - (character == "»")
        if depth <= 0:
            return depth == 0 and 0 < index == len(text) - 1
    return False
