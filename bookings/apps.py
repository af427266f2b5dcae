from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        from django.conf import settings

        from travelplanner.core import guards, mail_extras, outbox, outbox_lanes, periodic, private_files
        from travelplanner.core.api import idempotency
        from trips import registries

        from . import kinds, money_guards
        from .actions import (
            checkout,
            completion,
            gateway_events,
            inventory,
            rates,
            supplier_changes,
            webhook_deliveries,
            webhook_endpoints,
        )
        from .actions import offers as supplier_offers
        from .gateways.payments import MockGateway
        from .gateways.webhooks import post_event
        from .queries import booked_names, calendar_entries, collections, mailed_bookings, offers, spending
        from .web import cart_at_sign_in  # noqa: F401  (merges the browser's cart at sign-in)

        registries.register_offers(offers.offers_for)
        registries.register_calendar(calendar_entries.SOURCE)
        private_files.register("bookings.ItemDocument", "file_key")
        mail_extras.register("booking_confirmed", mailed_bookings.confirmed_extras)
        registries.register_service_details(kinds.problems_of_service)
        registries.register_booked_costs(spending.booked_costs)
        registries.register_booked_names(booked_names.booked_names)
        registries.register_company_parts(collections.company_parts)
        registries.register_company_answers(collections.company_answers)
        guards.register(*money_guards.GUARDS)
        periodic.register("expire_bookings", every=20, run=checkout.expire_due)
        periodic.register("reconcile_payments", every=60, run=checkout.reconcile_unknown)
        periodic.register("handle_gateway_events", every=2, run=gateway_events.handle_due, lane="payments")
        if settings.LOCAL and settings.PAYMENT_GATEWAY == "mock":  # the pretended company has no machine of its own
            periodic.register("send_mock_messages", every=2, run=lambda: f"{MockGateway().send_messages()} taken", lane="payments")
        periodic.register("reconcile_suppliers", every=30, run=checkout.reconcile_suppliers)
        periodic.register("complete_bookings", every=900, run=completion.complete_due)
        periodic.register("load_rates", every=86400, run=rates.load_rates)
        outbox.register_kind(
            webhook_deliveries.KIND, post_event, prepare=webhook_deliveries.prepare_delivery, settle=webhook_deliveries.settle_delivery, side_by_side=True
        )
        periodic.register("deliver_outbox", every=5, run=outbox.deliver_due, lane="mails")
        periodic.register("deliver_webhooks", every=2, run=outbox_lanes.deliver_side_by_side, lane="webhooks")
        periodic.register("forget_old_webhook_secrets", every=3600, run=webhook_endpoints.forget_old_secrets)
        periodic.register("prune_empty_slots", every=86400, run=inventory.prune_slots)
        periodic.register("poll_suppliers", every=300, run=supplier_changes.poll_suppliers)
        periodic.register("prune_offers", every=86400, run=supplier_offers.prune_offers)
        periodic.register("prune_idempotency_keys", every=3600, run=idempotency.prune)
