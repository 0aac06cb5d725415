"""Messages in two languages: English in commands and logs, Arabic at the editors' desk.

Code makes them where something fails or is not accepted as it is. articles/ingest/arabic.py translates them to Arabic.
"""

from collections.abc import Mapping
from typing import Any


class Message(str):
    """An English text with the template and the values from which it was made.

    It can be used wherever a text is expected.

    template: the text with a placeholder for each value (str.format).
    values: maps a placeholder to its value, which is a text, a number or another message.
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> "Message":
        message = super().__new__(cls, template.format(**values))
        message.template, message.values = template, values
        return message

    def __str__(self) -> "Message":
        """Returns the message itself, so that str() of an error with this message returns a Message."""
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.template,), self.values

    def replaced(self, **values: object) -> "Message":
        """Returns a message with the same template and some other values."""
        return Message(self.template, **{**self.values, **values})

    def as_dict(self) -> dict[str, object]:
        """Returns the message as values for JSON. `of_dict` restores the message."""
        values = {
            name: value.as_dict() if isinstance(value, Message) else value if isinstance(value, int | float) else storable(str(value))
            for name, value in self.values.items()
        }  # fmt: skip
        return {"template": self.template, "values": values}

    @classmethod
    def of_dict(cls, stored: Mapping[str, Any]) -> "Message":
        """Restores a message from the result of `as_dict`.

        Raises KeyError, AttributeError, ValueError or IndexError for any other mapping.
        """
        values = {
            name: cls.of_dict(value) if isinstance(value, dict) else value for name, value in stored["values"].items()
        }
        return cls(stored["template"], **values)


def storable(text: str) -> str:
    """Returns a text from outside as the database accepts it.

    NUL, and bytes of a file name that are no UTF-8, become escapes.
    """
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


class MessageError(ValueError):
    """An error with a message for people, made from a template with values or from an existing Message.

    message: the message.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        self.message = template if isinstance(template, Message) else Message(template, **values)
        super().__init__(self.message)
