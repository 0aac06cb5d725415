"""npm packages that some tests need. The first test process that needs them installs them."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest


def installed(folder: Path, needed: str) -> Path:
    """Returns `folder`/node_modules with the packages of its package-lock.json, `needed` among them.

    Skips the test where npm is missing.
    """
    modules = folder / "node_modules"
    with (folder / ".npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (modules / needed).exists():
            if shutil.which("npm") is None:
                pytest.skip(f"no npm on this machine to install {needed} with")
            command = ["npm", "ci", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=folder, check=True)
    return modules
