"""Makes `.venv` from `uv.lock` with nothing but a Python: finds uv, or puts it into the environment by pip.

python3 dev/bootstrap.py [--dev]
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
NEEDED = (3, 11)


def stop(chinese: str, english: str) -> None:
    sys.exit(f"\n{chinese}\n{english}\n")


def make_environment() -> None:
    if (BIN / "python").exists():
        return
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, check=False)
    if made.returncode != 0 and shutil.which("uv"):
        made = subprocess.run(
            ["uv", "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)], check=False
        )
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            "无法创建 Python 虚拟环境。在 Debian/Ubuntu 上请先执行：apt install python3-venv",
            "Cannot make a virtual environment. On Debian or Ubuntu run first: apt install python3-venv",
        )


def uv() -> str:
    for candidate in (BIN / "uv", *(Path(found) for found in [shutil.which("uv")] if found)):
        if candidate.exists():
            return str(candidate)
    subprocess.run(
        [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"], check=True
    )
    return str(BIN / "uv")


def main() -> None:
    if sys.version_info < NEEDED:
        stop(f"需要 Python 3.11 或更高版本，这里是 {sys.version.split()[0]}。", "Python 3.11 or newer is needed.")
    with_dev = "--dev" in sys.argv[1:]
    # What was installed for this lock file already is not looked at again, so that a second start is quick.
    inputs = [ROOT / "uv.lock", ROOT / "pyproject.toml", *sorted(ROOT.glob("src/huomiao/*/locale/*/*/*.po"))]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()
    stamps = [VENV / ".installed-dev"] if with_dev else [VENV / ".installed", VENV / ".installed-dev"]
    if any(stamp.exists() and stamp.read_text() == wanted for stamp in stamps):
        return
    make_environment()
    print("正在安装依赖… / Installing what is needed…", flush=True)
    command = [uv(), "sync", "--frozen", "--inexact", "--quiet", "--compile-bytecode", "--project", str(ROOT)]
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(VENV), "VIRTUAL_ENV": str(VENV), "UV_LINK_MODE": "copy"}
    installed = subprocess.run(command + ([] if with_dev else ["--no-dev"]), env=environment, check=False)
    if installed.returncode != 0:
        stop("依赖安装失败，请检查网络后重试。", "Installing failed; check the network and try again.")
    stamps[0].write_text(wanted)


if __name__ == "__main__":
    main()
