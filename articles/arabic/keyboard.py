"""Corrects words that were typed with the wrong keyboard layout: Latin letters for Arabic letters, or the reverse."""

# Keys of the Arabic layout of PCs (101 keys), in the order of the Latin keys. «لا» has its own key.
_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvnm,./`" + "QERTYUOAGHJXCNM"
_ARABIC_KEYS = "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ" + "ًٌُلإ‘÷ِلأـْ}آ’"
_LAM_ALEF = {"b": "لا", "B": "لآ", "G": "لأ", "T": "لإ"}

_TO_ARABIC = {**dict(zip(_LATIN_KEYS, _ARABIC_KEYS, strict=True)), **_LAM_ALEF}
_TO_LATIN = {arabic: latin for latin, arabic in reversed(_TO_ARABIC.items()) if len(arabic) == 1}


def other_layout(word: str) -> str | None:
    """Returns the word that the same keys type in the other layout; None if one of them types nothing there."""
    if word.isascii():
        characters = [_TO_ARABIC.get(character, "") for character in word]
    else:
        characters = [_TO_LATIN.get(character, "") for character in word.replace("لا", "\ufefb")]
        characters = [
            "b" if character == "\ufefb" else key
            for character, key in zip(word.replace("لا", "\ufefb"), characters, strict=True)
        ]
    return "".join(characters) if characters and all(characters) else None
