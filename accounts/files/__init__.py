"""What people upload: known by its content, freed of what it tells besides, bounded in size. Pure: bytes in, bytes out.

`clean` decides and cleans; accounts.gateways.file_cleaner does the same in a process of its own with bounded memory and time, which holds no secret.
"""

from .cleaning import ACCEPTED, EXTENSIONS, Clean, clean, kind_of
from .refusal import Refused

__all__ = ["ACCEPTED", "EXTENSIONS", "Clean", "Refused", "clean", "kind_of"]
