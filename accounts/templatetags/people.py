"""What pages of signing in need to know of the settings."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def passkey_origin() -> str:
    """Where passkeys of this site work: nowhere else would they be accepted."""
    return str(settings.PASSKEY_ORIGIN)
