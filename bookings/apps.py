from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        from travelplanner.core import outbox, periodic
        from travelplanner.core.api import idempotency
        from trips import registries

        from .actions import checkout
        from .queries import offers

        registries.register_offers(offers.offers_for)
        periodic.register("expire_bookings", every=20, run=checkout.expire_due)
        periodic.register("reconcile_payments", every=60, run=checkout.reconcile_unknown)
        periodic.register("deliver_outbox", every=5, run=outbox.deliver_due)
        periodic.register("prune_idempotency_keys", every=3600, run=idempotency.prune)
