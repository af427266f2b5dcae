"""PDF by typst, in a process of its own: bounded memory and time, no secret in its surroundings, nothing of the machine's fonts.

A template is `templates/pdf/<name>.typ`. What it prints comes to it as JSON, never as source: a name that holds `#` or `]` prints as itself.
The same template and data give the same bytes; nothing in the file tells the moment or the machine it was made on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .errors import Unavailable

SECONDS = 10  # a page takes some hundredths of one
MEMORY = 2 * 1024**3  # bytes of address space
LONGEST = 500_000  # bytes of data


class NotTypeset(Unavailable):
    """The document could not be made now: too slow, too large, or a fault of the template."""

    default_message = _("This document can't be made at the moment. Please try again.")


def typeset(template: str, data: Mapping[str, Any], *, seconds: float = SECONDS) -> bytes:
    """The PDF of this template and JSON data. Raises NotTypeset. Call it outside of transactions."""
    root = Path(settings.BASE_DIR) / "templates" / "pdf"
    text = json.dumps(data, ensure_ascii=False).encode(errors="replace")
    if len(text) > LONGEST:
        raise NotTypeset
    fonts = Path(settings.BASE_DIR) / "static" / "fonts"
    command = [sys.executable, "-I", "-c", _START, str(root), template, str(fonts), str(MEMORY), str(SECONDS + 5)]
    surroundings = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        run = subprocess.run(command, input=text, capture_output=True, timeout=seconds, cwd=root, env=surroundings, check=False)  # noqa: S603  (our own program, fixed arguments)
    except subprocess.TimeoutExpired as error:
        raise NotTypeset from error
    if run.returncode or not run.stdout.startswith(b"%PDF-"):
        raise NotTypeset from RuntimeError(run.stderr.decode(errors="replace")[-2000:])
    return run.stdout


# The child imports nothing of ours: its program is this text.
_START = """
import sys
try:
    import resource
    for what, much in (("RLIMIT_AS", int(sys.argv[4])), ("RLIMIT_CPU", int(sys.argv[5])), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0)):
        resource.setrlimit(getattr(resource, what), (much, much))
except (ImportError, ValueError, OSError):
    pass  # no such limits on Windows; the time limit of the caller holds everywhere
import typst
root, template, fonts = sys.argv[1:4]
data = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(typst.compile(root + "/" + template + ".typ", root=root, font_paths=[fonts], ignore_system_fonts=True, sys_inputs={"data": data}, timestamp=0))
sys.stdout.buffer.flush()
"""
