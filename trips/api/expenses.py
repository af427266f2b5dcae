"""Shared expenses: log, change, delete and bring back; who owes whom; settling up."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from travelplanner.core.api import etags
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.views import ApiView
from travelplanner.core.errors import Invalid
from trips.actions import expenses as actions
from trips.actions import settlements
from trips.api import expense_shapes as shapes
from trips.models import Trip
from trips.models.expense import CATEGORIES
from trips.queries import expenses as queries

CATEGORY = OpenApiParameter("category", OpenApiTypes.STR, enum=[key for key, _label in CATEGORIES])
MEMBER = OpenApiParameter("member", OpenApiTypes.STR, description="A member's id: what they paid, or have a part in.")


class ExpenseList(ApiView):
    @extend_schema(operation_id="list_expenses", parameters=[CATEGORY, MEMBER, PAGE, PAGE_SIZE], responses=page_shape(shapes.ExpenseSerializer))
    def get(self, request: Request, reference: str) -> Response:
        """What the company spent, newest first. For everyone of the trip."""
        trip = queries.get_trip_of_mine(self.actor, reference)
        category = request.query_params.get("category", "")
        if category and category not in dict(CATEGORIES):
            raise Invalid(fields={"category": [_("Choose one of: %s.") % ", ".join(dict(CATEGORIES))]})
        rows = queries.expenses_of(trip, category=category, member=request.query_params.get("member", ""))
        pager = PageNumberPagination()
        page = pager.paginate_queryset(rows, request, view=self)
        return pager.get_paginated_response([shapes.expense_json(self.actor, trip, row) for row in page or []])

    @extend_schema(operation_id="log_expense", request=shapes.ExpenseInSerializer, responses={201: shapes.ExpenseSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Log an expense. The rate to the trip's currency is looked up now and kept."""
        fields = shapes.bill_fields(self.validated(shapes.ExpenseInSerializer))
        expense = actions.log_expense(actor=self.actor, reference=reference, bill=actions.Bill(**fields))
        answer = _answer(self, reference, expense.pk, status=201)
        answer["Location"] = f"/api/trips/{reference}/expenses/{expense.pk}"
        return answer


def _answer(view: ApiView, reference: str, expense_id: uuid.UUID, *, status: int = 200) -> Response:
    trip: Trip = queries.get_trip_of_mine(view.actor, reference)
    expense = queries.get_expense(trip, expense_id)
    headers = {"ETag": etags.etag(expense.pk, expense.row_version)}
    return Response(shapes.expense_json(view.actor, trip, expense), status=status, headers=headers)


class ExpenseDetail(ApiView):
    @extend_schema(operation_id="get_expense", responses=shapes.ExpenseSerializer)
    def get(self, request: Request, reference: str, expense_id: uuid.UUID) -> Response:
        """One expense with everybody's part."""
        return _answer(self, reference, expense_id)

    @extend_schema(operation_id="change_expense", parameters=[etags.IF_MATCH], request=shapes.ExpensePatchSerializer, responses=shapes.ExpenseSerializer)
    def patch(self, request: Request, reference: str, expense_id: uuid.UUID) -> Response:
        """Change it: your own, or any as owner or editor. The frozen rate stays unless currency or date change. Needs If-Match."""
        row_version = self._matched(request, reference, expense_id, required=True)
        changes = shapes.bill_fields(self.validated(shapes.ExpensePatchSerializer))
        actions.change_expense(actor=self.actor, reference=reference, expense_id=expense_id, row_version=row_version, changes=changes)
        return _answer(self, reference, expense_id)

    @extend_schema(operation_id="delete_expense", responses={204: None})
    def delete(self, request: Request, reference: str, expense_id: uuid.UUID) -> Response:
        """Delete it; `POST .../restore` brings it back for 30 days. Honours If-Match."""
        row_version = self._matched(request, reference, expense_id, required=False)
        actions.archive_expense(actor=self.actor, reference=reference, expense_id=expense_id, row_version=row_version)
        return Response(status=204)

    def _matched(self, request: Request, reference: str, expense_id: uuid.UUID, *, required: bool) -> int:
        expense = queries.get_expense(queries.get_trip_of_mine(self.actor, reference), expense_id)
        etags.require_match(request, etags.etag(expense.pk, expense.row_version), required=required)
        return expense.row_version


class ExpenseRestore(ApiView):
    @extend_schema(operation_id="restore_expense", request=None, responses=shapes.ExpenseSerializer)
    def post(self, request: Request, reference: str, expense_id: uuid.UUID) -> Response:
        """Bring back an expense deleted in the last 30 days."""
        actions.restore_expense(actor=self.actor, reference=reference, expense_id=expense_id)
        return _answer(self, reference, expense_id)


class BalancesDetail(ApiView):
    @extend_schema(operation_id="get_balances", responses=shapes.BalancesSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """Who paid, who owes, how to settle up, and spending beside the prediction. The ceiling is not in it."""
        trip = queries.get_trip_of_mine(self.actor, reference)
        found = queries.balances_of(self.actor, trip)
        return Response(shapes.balances_json(trip, found, queries.spending_of(trip, found.logged)))


class SettlementList(ApiView):
    @extend_schema(operation_id="list_settlements", parameters=[PAGE, PAGE_SIZE], responses=page_shape(shapes.SettlementSerializer))
    def get(self, request: Request, reference: str) -> Response:
        """Money that changed hands to settle up, newest first."""
        trip = queries.get_trip_of_mine(self.actor, reference)
        pager = PageNumberPagination()
        page = pager.paginate_queryset(queries.settlements_of(trip), request, view=self)
        return pager.get_paginated_response([shapes.settlement_json(self.actor, trip, row) for row in page or []])

    @extend_schema(operation_id="record_settlement", request=shapes.SettlementInSerializer, responses={201: shapes.SettlementSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Note that someone gave someone money. You must be one of the two, or the owner or an editor."""
        data = self.validated(shapes.SettlementInSerializer)
        trip = queries.get_trip_of_mine(self.actor, reference)
        if data["amount"]["currency"] != trip.budget_currency:
            raise Invalid(fields={"amount": [_("Settle up in %s, the currency of the trip.") % trip.budget_currency]})
        row = settlements.record_settlement(
            actor=self.actor, reference=reference, payer=data["payer"], payee=data["payee"], amount=data["amount"]["amount"]
        )
        return Response(shapes.settlement_json(self.actor, trip, row), status=201)


class SettlementDetail(ApiView):
    @extend_schema(operation_id="delete_settlement", responses={204: None})
    def delete(self, request: Request, reference: str, settlement_id: uuid.UUID) -> Response:
        """Take it back: what you noted yourself, or any as owner or editor."""
        settlements.archive_settlement(actor=self.actor, reference=reference, settlement_id=settlement_id)
        return Response(status=204)


class SettlementRestore(ApiView):
    @extend_schema(operation_id="restore_settlement", request=None, responses={204: None})
    def post(self, request: Request, reference: str, settlement_id: uuid.UUID) -> Response:
        """Bring back a settlement taken back in the last 30 days."""
        settlements.restore_settlement(actor=self.actor, reference=reference, settlement_id=settlement_id)
        return Response(status=204)
