"""npm packages that some tests need, installed beside them once, by whichever test process comes first."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest


def installed(folder: Path, needed: str) -> Path:
    """`folder`/node_modules with what package-lock.json there names, `needed` among it; skips the test where there is no npm."""
    modules = folder / "node_modules"
    with (folder / ".npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (modules / needed).exists():
            if shutil.which("npm") is None:
                pytest.skip(f"no npm on this machine to install {needed} with")
            command = ["npm", "ci", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=folder, check=True)
    return modules
