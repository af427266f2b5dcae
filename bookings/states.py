"""States of bookings, their items, payments and refunds."""

from travelplanner.core.transitions import StateMachine

OPEN = ("INITIATED", "PAYMENT_PENDING")  # bookings that still wait for their payment
BOUGHT = ("CONFIRMED", "COMPLETED", "CANCELLING")  # bookings that are paid, and not given back (yet)
UNSETTLED = ("created", "pending", "unknown")  # payments and refunds whose money may still move

BOOKING = StateMachine(
    name="booking",
    initial="INITIATED",
    table={
        "INITIATED": frozenset({"PAYMENT_PENDING", "FAILED", "EXPIRED"}),
        "PAYMENT_PENDING": frozenset({"CONFIRMED", "FAILED", "EXPIRED"}),
        "CONFIRMED": frozenset({"COMPLETED", "CANCELLING"}),
        "COMPLETED": frozenset(),
        "FAILED": frozenset(),
        "EXPIRED": frozenset(),
        "CANCELLING": frozenset({"CANCELLED", "CONFIRMED"}),
        "CANCELLED": frozenset(),
    },
)

ITEM = StateMachine(
    name="booking_item",
    initial="pending",
    table={
        "pending": frozenset({"confirmed", "cancelled"}),
        "confirmed": frozenset({"cancelled", "completed"}),
        "cancelled": frozenset(),
        "completed": frozenset(),
    },
)

ITEM_PAYMENT = ("pending", "paid", "refunded", "failed")

PAYMENT = StateMachine(
    name="payment",
    initial="created",
    table={
        "created": frozenset({"pending", "succeeded", "failed", "unknown"}),
        "pending": frozenset({"succeeded", "failed", "unknown"}),
        "unknown": frozenset({"succeeded", "failed", "pending"}),
        "succeeded": frozenset(),
        "failed": frozenset(),
    },
)

REFUND = StateMachine(
    name="refund",
    initial="created",
    table={
        "created": frozenset({"pending", "succeeded", "failed", "unknown"}),
        "pending": frozenset({"succeeded", "failed", "unknown"}),
        "unknown": frozenset({"succeeded", "failed", "pending"}),
        "succeeded": frozenset(),
        "failed": frozenset({"pending"}),
    },
)

HOLD = StateMachine(
    name="hold",
    initial="active",
    table={"active": frozenset({"consumed", "released"}), "consumed": frozenset({"released"}), "released": frozenset()},
)
