"""The words that are agreed to, where a page that isn't ours to fill shows them."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.consent_texts import current_version, words_of

register = template.Library()


@register.simple_tag
def consent_words(purpose: str) -> dict[str, Any]:
    """{version, words} of today."""
    version = current_version(purpose)
    return {"version": version, "words": words_of(purpose, version)}
