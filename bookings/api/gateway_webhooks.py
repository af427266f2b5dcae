"""`POST /api/payments/{gateway}/webhook`: where payment companies tell us that something happened. Open, and believed by signature alone."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions.gateway_events import LISTENER, receive_event
from bookings.gateways.payments import GATEWAYS, NoticeRefused
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView
from travelplanner.core.errors import Invalid, NotFound

MOST_BYTES = 256 * 1024  # the largest message of either company is a tenth of that


class GatewayWebhookView(ApiView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedThrottle,)
    throttle_scope = "webhook"

    @extend_schema(
        operation_id="payments_webhook",
        auth=[],
        request=OpenApiTypes.OBJECT,
        responses={200: inline_serializer("WebhookTaken", {"received": serializers.BooleanField()})},
        description=(
            "For payment companies. Signed over the raw body (`Stripe-Signature`, `X-Razorpay-Signature`, `Mock-Signature`); at most 300 seconds old "
            "where the signature holds a time. Forged or stale: 400, and nothing is kept. Taken at once and worked off later; what it says is asked "
            "of the company."
        ),
    )
    def post(self, request: Request, gateway: str) -> Response:
        if gateway not in GATEWAYS:
            raise NotFound
        try:
            body = request._request.body
            if len(body) > MOST_BYTES:
                raise RequestDataTooBig  # 413, like everywhere
            headers = {name.lower(): value for name, value in request.headers.items()}
            receive_event(actor=LISTENER, gateway=gateway, body=body, headers=headers)
        except NoticeRefused as refused:
            raise Invalid(_("This message isn't signed as it should be, or is too old."), code=refused.code) from None
        except ImproperlyConfigured:
            raise NotFound from None
        return Response({"received": True})
