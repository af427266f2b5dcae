"""What a row of the table says about a route, and what stands in the gaps of its address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.architecture.routes.world import Making

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RANKS = {"guest": 1, "viewer": 1, "editor": 2, "owner": 3}
OUTSIDERS = ("anonymous", "stranger", "ex_member", "staff")
ROLES = (*OUTSIDERS, "guest", "viewer", "editor", "owner")
GAP = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Thing:
    """Something of Alice's that stands in an address. `missing`: the same for one that doesn't exist."""

    make: Callable[[Making], str]
    missing: str
    marks: tuple[str, ...] = ()  # texts of it that may not be in an outsider's answer
    private: bool = False  # not for her companions either: neither its id nor its marks
    of_trip: bool = True  # belongs to one trip: under another trip's address it isn't there, not even for Alice
    public: bool = False  # everyone's, e.g. a destination


@dataclass(frozen=True)
class Row:
    """Expectations of one route; see the package's docstring."""

    methods: tuple[str, ...]
    face: str  # page, api
    door: str  # open: anyone; own: one's own things; trip: by the role in the trip; link: whoever holds the token
    least: Mapping[str, str] | str = "owner"
    gaps: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, Mapping[str, Any] | Callable[[], Mapping[str, Any]]] = field(default_factory=dict)
    query: str = ""
    shows: tuple[str, ...] = ()  # marks that may be read here, by whoever gets in
    elsewhere: tuple[str, ...] = ()  # methods that lead to another page without looking at the thing
    empty: bool = False  # 404 for the owner too: nothing to restore, nothing to undo
    account: bool = False  # a guest is sent to the sign-in page
    personal: bool = False  # of one's own inside a trip: what the owner has there is 404 to companions, not 403
    takes: tuple[str, ...] = ()  # fields of the mass assignment test that are meant to be sent here
    unproven: str = ""  # why no body succeeds in the mass assignment test

    def least_for(self, method: str) -> str:
        return self.least if isinstance(self.least, str) else self.least.get(method, "owner")

    def things(self, pattern: str) -> dict[str, str]:
        """Gap -> name of the thing, for each gap of the address."""
        return {gap: self.gaps.get(gap) or _by_name(gap, pattern) for gap in GAP.findall(pattern)}

    def named(self, pattern: str, method: str) -> set[str]:
        """Every thing that the request names: in the address, the query or the body."""
        body = self.bodies.get(method, {})
        text = self.query + ("" if callable(body) else str(body))
        return set(self.things(pattern).values()) | set(re.findall(r"\{(\w+)\}", text))


def _by_name(gap: str, pattern: str) -> str:
    if gap == "reference":
        return "booking" if pattern.split("<")[0].rstrip("/").endswith("bookings") else "trip"
    return gap.removesuffix("_id")


def open_page(*methods: str, **more: Any) -> Row:
    return Row(methods, "page", "open", **more)


def own_page(*methods: str, **more: Any) -> Row:
    """One's own things: a list, or one row known by an id. Others' ids are 404."""
    return Row(methods, "page", "own", **more)


def trip_page(*methods: str, **more: Any) -> Row:
    """By the role in the trip that the address (or the body) names."""
    return Row(methods, "page", "trip", **more)


def linked_page(*methods: str, **more: Any) -> Row:
    """Opened by a secret in the address, without an account."""
    return Row(methods, "page", "link", **more)


def open_api(*methods: str, **more: Any) -> Row:
    return Row(methods, "api", "open", **more)


def own_api(*methods: str, **more: Any) -> Row:
    return Row(methods, "api", "own", **more)


def trip_api(*methods: str, **more: Any) -> Row:
    return Row(methods, "api", "trip", **more)


def linked_api(*methods: str, **more: Any) -> Row:
    return Row(methods, "api", "link", **more)
