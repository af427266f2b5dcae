"""States of people's rows."""

from travelplanner.core.state_machine import StateMachine

USER = StateMachine(
    name="user",
    initial="active",
    field="status",
    table={
        "active": frozenset({"suspended", "deleted"}),
        "suspended": frozenset({"active", "deleted"}),
        "deleted": frozenset(),
    },
)

TRAVELER = StateMachine(
    name="traveler",
    initial="active",
    table={
        "active": frozenset({"inactive", "archived"}),
        "inactive": frozenset({"active", "archived"}),
        "archived": frozenset({"active"}),  # 30 days' undo
    },
)

DOCUMENT_CHECK = StateMachine(
    name="document",
    initial="pending",
    table={
        "pending": frozenset({"verified", "rejected", "expired"}),
        "verified": frozenset({"pending", "rejected", "expired"}),  # changed by its owner: looked at again
        "rejected": frozenset({"pending"}),
        "expired": frozenset({"pending"}),
    },
)

NOTIFICATION = StateMachine(
    name="notification",
    initial="pending",
    field="status",
    table={
        "pending": frozenset({"sent", "failed", "dismissed"}),
        "sent": frozenset({"delivered", "read", "dismissed", "failed"}),
        "delivered": frozenset({"read", "dismissed"}),
        "failed": frozenset({"pending", "dismissed"}),
        "read": frozenset({"dismissed"}),
        "dismissed": frozenset(),
    },
)
