"""Why a file is not taken."""

from __future__ import annotations


class Refused(Exception):
    """`code` is one of: empty, too_large, kind, damaged, too_many_pixels, animated, encrypted, too_many_pages, too_complex, too_slow."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
