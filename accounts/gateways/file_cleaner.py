"""`clean` in a process of its own: bounded memory and time, no secrets in its surroundings, standard library and two decoders inside.

The file goes to its stdin; one line of JSON and then the cleaned bytes come from its stdout.
Decoders of pictures and PDF are where hostile bytes meet complicated code. What makes one eat memory or never end costs this child its life,
and the one who sent it a sentence.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

from accounts.files import Clean, Refused
from accounts.files import clean as clean_here

SECONDS = 20
MEMORY = 1024**3  # bytes of address space
FOLDER = Path(__file__).resolve().parents[2]


def clean(data: bytes, *, max_bytes: int, seconds: int = SECONDS) -> Clean:
    """As `cleaning.clean`; besides Refused("too_slow") after `seconds`, and Refused("damaged") for what kills the decoder."""
    if not data or len(data) > max_bytes:
        return clean_here(data, max_bytes=max_bytes)  # refuses
    command = [sys.executable, "-I", "-c", _START, str(FOLDER), str(max_bytes), str(seconds)]
    surroundings = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        run = subprocess.run(command, input=data, capture_output=True, timeout=seconds, cwd=FOLDER, env=surroundings, check=False)  # noqa: S603  (our own program, fixed arguments)
    except subprocess.TimeoutExpired as error:
        raise Refused("too_slow") from error
    head, _line, body = run.stdout.partition(b"\n")
    try:
        said = json.loads(head)
    except ValueError:
        said = {}
    if "type" in said and len(body) == said["size"]:
        return Clean(said["type"], body)
    raise Refused(said.get("refused", "damaged"))


_START = "import sys; sys.path.insert(0, sys.argv[1]); from accounts.gateways.file_cleaner import main; main(int(sys.argv[2]), int(sys.argv[3]))"


def main(max_bytes: int, seconds: int) -> None:
    """What the child does."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # no such limits on Windows; the time limit above holds everywhere
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    out = sys.stdout.buffer
    try:
        found = clean_here(sys.stdin.buffer.read(max_bytes + 1), max_bytes=max_bytes)
    except Refused as refusal:
        out.write(json.dumps({"refused": refusal.code}).encode() + b"\n")
    except MemoryError:
        out.write(b'{"refused": "too_complex"}\n')
    else:
        out.write(json.dumps({"type": found.type, "size": len(found.data)}).encode() + b"\n" + found.data)
    out.flush()
