"""npm packages that some tests need. The first test process that needs them installs them."""

import fcntl
import subprocess
from pathlib import Path

from tests.tools import path_of


def installed(folder: Path, needed: str) -> Path:
    """Returns `folder`/node_modules with the packages of its package-lock.json, `needed` among them.

    Without npm the test is skipped, or fails in CI.
    """
    modules = folder / "node_modules"
    with (folder / ".npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (modules / needed).exists():
            npm = path_of("npm", package="npm")
            command = [npm, "ci", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=folder, check=True)
    return modules
