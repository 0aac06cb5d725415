"""A line for people that can be said in two languages: English in commands and logs, Arabic at the editors' desk.

Made where something fails or is not taken as it was given; said in Arabic by articles/ingest/arabic.py.
"""

from collections.abc import Mapping


class Message(str):
    """An English text that remembers the `template` and the `values` it was made of.

    It is the English text wherever a text is expected. Values are texts, numbers and other messages.
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> "Message":
        message = super().__new__(cls, template.format(**values))
        message.template, message.values = template, values
        return message

    def __str__(self) -> "Message":
        """The message itself, so that str() of an error that carries it gives it back whole."""
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.template,), self.values

    def replaced(self, **values: object) -> "Message":
        """The same with other values."""
        return Message(self.template, **{**self.values, **values})

    def as_dict(self) -> dict[str, object]:
        """What JSON keeps of it; `of_dict` makes the message of it again."""
        values = {
            name: value.as_dict() if isinstance(value, Message) else value if isinstance(value, int | float) else storable(str(value))
            for name, value in self.values.items()
        }  # fmt: skip
        return {"template": self.template, "values": values}

    @classmethod
    def of_dict(cls, stored: Mapping[str, object]) -> "Message":
        """Raises KeyError, AttributeError, ValueError or IndexError for what as_dict did not make."""
        values = {
            name: cls.of_dict(value) if isinstance(value, dict) else value for name, value in stored["values"].items()
        }
        return cls(stored["template"], **values)


def storable(text: str) -> str:
    """A foreign text as the database takes it: bytes of a file name or address that are no text are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


class MessageError(ValueError):
    """An error that tells a person why: made of a template and values, or of a message that there is already."""

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template if isinstance(template, Message) else Message(template, **values))
