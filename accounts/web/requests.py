"""The request of a page behind `login_required`, for the type checker: at run time it is Django's own."""

from __future__ import annotations

from accounts.models import User
from travelplanner.core.web.requests import PageRequest


class SignedInRequest(PageRequest):
    user: User
    unread_notifications: int  # once they are counted; the header's bell needn't count again
