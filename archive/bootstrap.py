"""Makes .venv and installs exactly the packages of the lock file. Called by `make setup` with the machine's own Python.

It uses the standard library only. A file lock makes simultaneous calls wait for each other. A stamp with the lock
file's digest makes later calls instant.
"""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK_FILE = ROOT / "requirements-dev.lock"
STAMP = VENV / "installed.sha256"


def main() -> None:
    """Installs the packages, unless the stamp says that they are installed. Exits with a message if it cannot."""
    if sys.version_info < (3, 11):
        sys.exit(
            f"The archive needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make setup PYTHON=python3.12"
        )
    digest = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()
    with open(ROOT / ".venv.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if STAMP.exists() and STAMP.read_text() == digest:
            return
        print("Installing into .venv (once; later calls are instant) …", flush=True)
        try:
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        except subprocess.CalledProcessError:
            sys.exit("Could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv")
        python = str(VENV / "bin" / "python")
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--require-hashes", "-r", str(LOCK_FILE)], check=True)
        STAMP.write_text(digest)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"Installing failed (exit status {error.returncode}); the lines above say why.")
