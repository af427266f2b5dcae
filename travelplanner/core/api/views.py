"""The base of every API view: the actor, idempotent POSTs, the error shape."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from .. import logs
from ..actor import Actor
from ..errors import Invalid
from . import idempotency

NOT_KEPT = frozenset({401, 406, 409, 413, 415, 429})  # refusals that had no effect: the same key may try again


class ApiView(APIView):
    """`idempotency_required`: POST without Idempotency-Key answers 400. With the header every POST is honoured."""

    idempotency_required = False
    _claimed: idempotency.Claim | None = None

    @cached_property
    def actor(self) -> Actor:
        user = self.request.user
        if user is None or not user.is_authenticated:
            return Actor(request_id=logs.request_id.get())
        return Actor(user_id=user.pk, is_staff=user.is_staff, request_id=logs.request_id.get())

    def validated(self, serializer_class: type[serializers.Serializer], **kwargs: Any) -> dict[str, Any]:
        """The body, checked; a non-object body is refused like a wrong field."""
        if not isinstance(self.request.data, dict):
            raise Invalid(_("The body must be a JSON object."))
        serializer = serializer_class(data=self.request.data, **kwargs)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "POST":
            return
        key = request.headers.get("Idempotency-Key")
        if key is None:
            if self.idempotency_required:
                raise Invalid(_("Send an Idempotency-Key header, so that a repeated request counts once."), code="idempotency_key_missing")
            return
        who = request.user.pk if request.user and request.user.is_authenticated else "open"
        scope = f"{who}:POST:{request.path}"[:200]
        claimed = idempotency.claim(scope=scope, key=key, body=request._request.body)
        if isinstance(claimed, idempotency.StoredAnswer):
            raise _Replayed(claimed)
        self._claimed = claimed

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self._claimed = None
        try:
            response = super().dispatch(request, *args, **kwargs)
        except Exception:  # what no handler answers becomes Django's 500: a 5xx like those below
            if self._claimed:
                idempotency.release(self._claimed)
            raise
        if self._claimed:
            render = getattr(response, "render", None)
            if render:
                render()
            if response.status_code >= 500 or response.status_code in NOT_KEPT:
                idempotency.release(self._claimed)
            else:
                answer = idempotency.StoredAnswer(response.status_code, response.content, response.get("Content-Type", ""))
                idempotency.store(self._claimed, answer=answer)
        return response

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replayed):
            stored = exc.answer
            response = Response(stored.body, status=stored.status, content_type=stored.content_type)
            response["Idempotency-Replayed"] = "true"
            return response
        return super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method not in ("GET", "HEAD", "OPTIONS") or (request.user and request.user.is_authenticated):
            response.setdefault("Cache-Control", "private, no-store")
        return response


class _Replayed(Exception):
    def __init__(self, answer: idempotency.StoredAnswer) -> None:
        self.answer = answer
