"""Programs beside Python that a few tests need: a browser, npm, Java, Redis."""

import os
import shutil

import pytest


def path_of(*programs: str, package: str) -> str:
    """Returns the path of the first of the programs that this machine has.

    Without any of them the test is skipped, and the reason names the Debian package. In CI, which installs all of
    them, the test fails instead, so that no run is green without it.
    """
    for program in programs:
        if path := shutil.which(program):
            return path
    reason = f"no {programs[0]} on this machine (Debian: apt install {package})"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
