"""States of bookings, their items, payments, refunds, and of what comes with them."""

from travelplanner.core.state_machine import StateMachine

OPEN = ("INITIATED", "PAYMENT_PENDING")  # bookings that still wait for their payment
BOUGHT = ("CONFIRMED", "COMPLETED", "CANCELLING")  # bookings that are paid, and not given back (yet)
ENDED = ("FAILED", "EXPIRED", "CANCELLED")  # bookings of which nothing stands any more
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
        "succeeded": frozenset({"failed"}),  # days later, when the payer's bank could not take it
        "failed": frozenset({"pending"}),
    },
)

HOLD = StateMachine(
    name="hold",
    initial="active",
    table={"active": frozenset({"consumed", "released"}), "consumed": frozenset({"released"}), "released": frozenset()},
)

COLLECTION = StateMachine(  # companions pay their shares first
    name="collection",
    initial="collecting",
    table={
        "collecting": frozenset({"complete", "given_back"}),
        "complete": frozenset({"given_back"}),  # all was paid, and then a supplier said no
        "given_back": frozenset(),
    },
)

SHARE = StateMachine(
    name="payment_share",
    initial="due",
    table={
        "due": frozenset({"paid", "dropped"}),
        "paid": frozenset({"given_back"}),
        "dropped": frozenset(),
        "given_back": frozenset(),
    },
)

QUOTE = StateMachine(  # of a cancellation; whether an offered one has expired is read from its time
    name="cancellation_quote",
    initial="offered",
    table={
        "offered": frozenset({"confirmed", "replaced"}),
        "replaced": frozenset(),
        "confirmed": frozenset({"done", "refused"}),  # a supplier may say no: then all stays as it was
        "done": frozenset(),
        "refused": frozenset(),
    },
)

DISPUTE = StateMachine(
    name="dispute",
    initial="open",
    table={"open": frozenset({"won", "lost"}), "won": frozenset(), "lost": frozenset()},
)

GATEWAY_EVENT = StateMachine(
    name="gateway_event",
    initial="received",
    table={
        "received": frozenset({"handled", "ignored", "dead"}),
        "dead": frozenset({"received"}),
        "handled": frozenset(),
        "ignored": frozenset(),
    },
)

WEBHOOK_DELIVERY = StateMachine(
    name="webhook_delivery",
    initial="queued",
    table={
        "queued": frozenset({"delivered", "dead"}),
        "dead": frozenset({"queued"}),
        "delivered": frozenset({"queued"}),  # replayed
    },
)

SUPPLIER_CHANGE = StateMachine(
    name="supplier_change",
    initial="received",
    table={"received": frozenset({"announced", "ignored"}), "announced": frozenset(), "ignored": frozenset()},
)
