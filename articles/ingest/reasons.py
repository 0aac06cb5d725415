"""Turns errors of the database and the system into readable messages, for everything that ingest stores or reads."""

import errno

from django.db import DatabaseError

from articles.curation.refusals import refusal_of
from articles.platform.messages import Message

# The most frequent errors of the system, in the system's own words.
_OF_THE_SYSTEM = {
    errno.ENOSPC: Message("No space left on device"),
    errno.EDQUOT: Message("Disk quota exceeded"),
    errno.EROFS: Message("Read-only file system"),
    errno.EACCES: Message("Permission denied"),
    errno.EPERM: Message("Operation not permitted"),
    errno.ENOENT: Message("No such file or directory"),
    errno.ENAMETOOLONG: Message("File name too long"),
    errno.EIO: Message("Input/output error"),
}


def reason_of(error: DatabaseError | OSError) -> Message:
    """Returns the reason in one line.

    English has the database's own words; Arabic has those of the archive's constraint.
    """
    if isinstance(error, DatabaseError):
        first_line = next(iter(str(error).splitlines()), "")
        return Message("the database refused it: {reason}", reason=first_line, in_arabic=refusal_of(error))
    reason = _OF_THE_SYSTEM.get(error.errno or 0)
    return reason or Message("the system could not do it: {reason}", reason=error.strerror or type(error).__name__)
