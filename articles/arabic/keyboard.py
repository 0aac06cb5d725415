"""What was meant by a word typed with the wrong keyboard layout: Latin letters for Arabic ones and the other way round."""

# Keys of the Arabic layout of PCs (101 keys) in the order of the Latin ones; «لا» has a key of its own.
_LATIN = "qwertyuiop[]asdfghjkl;'zxcvnm,./`" + "QERTYUOAGHJXCNM"
_ARABIC = "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ" + "ًٌُلإ‘÷ِلأـْ}آ’"
_LAM_ALEF = {"b": "لا", "B": "لآ", "G": "لأ", "T": "لإ"}

_TO_ARABIC = {**dict(zip(_LATIN, _ARABIC, strict=True)), **_LAM_ALEF}
_TO_LATIN = {arabic: latin for latin, arabic in reversed(_TO_ARABIC.items()) if len(arabic) == 1}


def other_layout(word: str) -> str | None:
    """`word` as the same keys give it in the other layout; None where a key gives nothing there."""
    if word.isascii():
        meant = [_TO_ARABIC.get(character) for character in word]
    else:
        meant = [_TO_LATIN.get(character) for character in word.replace("لا", "\ufefb")]
        meant = [
            "b" if character == "\ufefb" else key
            for character, key in zip(word.replace("لا", "\ufefb"), meant, strict=True)
        ]
    return "".join(meant) if meant and all(meant) else None
