"""People in the staff admin."""

from . import sign_in, users

__all__ = ["sign_in", "users"]
