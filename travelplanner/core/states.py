"""States of core's own rows."""

from .state_machine import StateMachine

OUTBOX = StateMachine(
    name="outbox",
    initial="queued",
    table={
        "queued": frozenset({"sending", "dead"}),
        "sending": frozenset({"queued", "sent", "dead"}),
        "sent": frozenset(),
        "dead": frozenset({"queued"}),
    },
)
