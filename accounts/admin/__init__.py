"""People in the staff admin."""

from . import documents, notifications, people, sign_in, social, staff_door, users

__all__ = ["documents", "notifications", "people", "sign_in", "social", "staff_door", "users"]
