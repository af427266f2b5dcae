"""States of trips and planning runs."""

from travelplanner.core.state_machine import StateMachine

TRIP = StateMachine(
    name="trip",
    initial="planning",
    table={
        "planning": frozenset({"booked", "cancelled"}),
        "booked": frozenset({"planning", "traveling", "cancelled"}),  # back to planning when every booking was cancelled
        "traveling": frozenset({"completed", "cancelled"}),
        "completed": frozenset(),
        "cancelled": frozenset(),
    },
)

RUN = StateMachine(
    name="planning_run",
    initial="queued",
    table={
        "queued": frozenset({"running", "abandoned", "failed"}),
        "running": frozenset({"queued", "done", "failed", "abandoned"}),  # back to queued when its worker died
        "done": frozenset(),
        "failed": frozenset(),
        "abandoned": frozenset(),
    },
)

INVITATION = StateMachine(
    name="invitation",
    initial="pending",
    table={
        "pending": frozenset({"accepted", "declined", "revoked"}),
        "accepted": frozenset(),
        "declined": frozenset(),
        "revoked": frozenset(),
    },
)
