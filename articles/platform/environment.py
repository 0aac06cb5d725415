"""Reads settings from environment variables. A variable that is unset or empty has its default.

A value that cannot be used raises ImproperlyConfigured with one line that names the variable.
"""

import os
import re
import zoneinfo
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured

_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
# Every request within the time is remembered. These digits limit the number to what can be remembered.
_RATE = re.compile(r"[1-9]\d{0,6}/([1-9]\d{0,4})?[smhd]", re.ASCII)


def text(name: str, default: str = "") -> str:
    """Returns the value of a variable without spaces around it; the default if it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def switch(name: str, default: bool = False) -> bool:
    """Returns True for 1, true, yes and on; False for 0, false, no and off; in capitals too."""
    word = text(name).lower()
    if word not in ("", *_ON, *_OFF):
        _refuse(name, "1 or 0")
    return word in _ON if word else default


def items(name: str, default: Sequence[str] = ()) -> list[str]:
    """Returns the parts of a value that is separated by commas, without empty parts."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or list(default)


def whole(name: str, default: int, least: int = 1, most: int | None = None) -> int:
    """Returns a whole number from `least` to `most`, in digits alone; None is no upper bound."""
    try:
        return whole_number(text(name, str(default)), least, most)
    except ValueError as error:
        _refuse(name, f"{error},")


def whole_number(value: str, least: int, most: int | None = None) -> int:
    """Returns the whole number that `value` writes in digits alone; a ValueError says what is expected."""
    if re.fullmatch(r"\d{1,15}", value, re.ASCII) and least <= int(value) <= (int(value) if most is None else most):
        return int(value)
    expected = f"of at least {least}" if most is None else f"from {least} to {most}"
    raise ValueError(f"a whole number {expected}, in digits alone")


def seconds(name: str, default: float) -> float:
    """Returns a number above 0, with or without a fraction."""
    value = text(name, str(default))
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value, re.ASCII) or not float(value):
        _refuse(name, "a number of seconds above 0")
    return float(value)


def choice(name: str, choices: Sequence[str]) -> str:
    """Returns one of the words in `choices`; upper and lower case are equal. The first is the default."""
    word = text(name, choices[0])
    by_lower_case = {option.lower(): option for option in choices}
    if word.lower() not in by_lower_case:
        _refuse(name, " or ".join(choices))
    return by_lower_case[word.lower()]


def rate(name: str, default: str) -> str:
    """Returns a number of requests, below ten million, for a time: `120/m`, `5/10s`, `1000/h`."""
    value = text(name, default)
    if not _RATE.fullmatch(value):
        _refuse(name, "a rate such as 120/m, of at most 9999999,")
    return value


def clock_time(name: str, default: str) -> str:
    """Returns a time of day such as `02:30`.

    Unlike other settings, a variable that is set and empty gives "", not the default.
    """
    value = os.environ.get(name, default).strip()
    try:
        valid = not value or bool(re.fullmatch(r"\d\d:\d\d", value, re.ASCII) and time.fromisoformat(value))
    except ValueError:
        valid = False
    if not valid:
        _refuse(name, "a time such as 02:30")
    return value


def time_zone(name: str, default: str) -> str:
    """Returns a name of the IANA time zone database."""
    value = text(name, default)
    if value not in zoneinfo.available_timezones():
        _refuse(name, "a time zone such as Africa/Casablanca")
    return value


def folder(name: str, default: Path) -> Path:
    """Returns the absolute path of a folder, which need not exist yet."""
    path = Path(text(name) or default).resolve()
    if path.exists() and not path.is_dir():
        _refuse(name, "a folder")
    return path


def _refuse(name: str, expected: str) -> NoReturn:
    raise ImproperlyConfigured(f"{name}: {expected} is expected, this is “{os.environ.get(name, '')}”")
