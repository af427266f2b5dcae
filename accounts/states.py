"""States of people's rows."""

from travelplanner.core.transitions import StateMachine

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
