"""A month of one service for staff: what is on sale, taken and asked for on each date, with the rule that made it; and the buttons that change it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from bookings.actions import inventory
from bookings.queries.inventory_calendar import ServiceMonth, month_of, months_around
from travelplanner.core import clock
from travelplanner.core.admin.base import sentence_of, staff_actor
from travelplanner.core.admin.fields import WEEKDAYS, NumbersField
from travelplanner.core.errors import AppError, NotFound
from travelplanner.core.templatetags.money import format_amount

YEARS = range(2000, 2200)
DAY = UnfoldAdminTextInputWidget(attrs={"type": "date"})


class DateForm(forms.Form):
    """One date: its capacity, or nothing more sold, or the rules again."""

    date = forms.DateField(label=_("Date"), widget=DAY)
    time = forms.ChoiceField(label=_("Departure"), required=False, widget=UnfoldAdminSelectWidget)
    capacity = forms.IntegerField(label=_("Capacity"), required=False, min_value=0, widget=UnfoldAdminIntegerFieldWidget, help_text=_("Only for setting the capacity."))

    def __init__(self, *args: Any, times: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time"].choices = [(time, time or _t("whole day")) for time in times or [""]]  # type: ignore[attr-defined]  # a choice field, which the stubs call a field


class PriceForm(forms.Form):
    """A price rule; one of the same name is set anew. No weekday ticked means all."""

    name = forms.CharField(label=_("Name of the rule"), max_length=80, widget=UnfoldAdminTextInputWidget)
    percent = forms.DecimalField(label=_("Percent"), max_digits=5, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}))
    valid_from = forms.DateField(label=_("From"), required=False, widget=DAY)
    valid_until = forms.DateField(label=_("Until"), required=False, widget=DAY)
    weekdays = NumbersField(choices=WEEKDAYS, required=False, label=_("Weekdays"), help_text=_("None ticked = all."))


def show_calendar(request: HttpRequest, service_id: uuid.UUID, *, may_change: bool, may_price: bool) -> HttpResponse:
    """GET shows `?month=YYYY-MM`; POST does what `do` says (capacity, close, reopen, price) and goes back to the month.

    `may_change` lets capacities be set, `may_price` price rules: prices are another right than places.
    """
    try:
        month = month_of(service_id, _month(request))
    except NotFound:
        raise Http404 from None
    times = list(month.service.times) or [""]
    day_form, price_form = DateForm(times=times), PriceForm()
    if request.method == "POST":
        pricing = request.POST.get("do") == "price"
        if not (may_price if pricing else may_change):
            raise PermissionDenied
        if pricing:
            price_form = PriceForm(request.POST)
            done = _price(request, month, price_form)
        else:
            day_form = DateForm(request.POST, times=times)
            done = _date(request, month, day_form)
        if done:
            messages.success(request, done)
            return HttpResponseRedirect(f"{request.path}?month={month.first:%Y-%m}")
        month = month_of(service_id, month.first)
    return TemplateResponse(request, "admin/bookings/service_calendar.html", {**admin.site.each_context(request), **_context(month), "day_form": day_form, "price_form": price_form, "may_change": may_change, "may_price": may_price})


def _month(request: HttpRequest) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(f"{request.GET.get('month', '')[:7]}-01")
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _date(request: HttpRequest, month: ServiceMonth, form: DateForm) -> str:
    """Set the capacity, close or reopen; what was done in words, empty when it was refused (the form says why)."""
    if not form.is_valid():
        return ""
    said, actor, deed = form.cleaned_data, staff_actor(request), request.POST.get("do", "")
    try:
        if deed == "capacity":
            if said["capacity"] is None:
                form.add_error("capacity", _t("Say how many."))
                return ""
            inventory.set_capacity(actor=actor, service_id=month.service.pk, date=said["date"], time=said["time"], capacity=said["capacity"])
            return _t("%(count)d on sale on %(date)s.") % {"count": said["capacity"], "date": said["date"]}
        if deed == "close":
            count = inventory.close_date(actor=actor, service_id=month.service.pk, date=said["date"])
            return ngettext("%(count)d departure closed.", "%(count)d departures closed.", count) % {"count": count}
        if deed == "reopen":
            count = inventory.reopen_date(actor=actor, service_id=month.service.pk, date=said["date"])
            return ngettext("%(count)d departure follows the rules again.", "%(count)d departures follow the rules again.", count) % {"count": count}
    except AppError as refusal:
        form.add_error(None, sentence_of(refusal))
    return ""


def _price(request: HttpRequest, month: ServiceMonth, form: PriceForm) -> str:
    if not form.is_valid():
        return ""
    try:
        rule = inventory.set_price_rule(actor=staff_actor(request), service_id=month.service.pk, **form.cleaned_data)
    except AppError as refusal:
        for field, sentences in refusal.fields.items():
            form.add_error(field if field in form.fields else None, [str(sentence) for sentence in sentences])
        if not refusal.fields:
            form.add_error(None, sentence_of(refusal))
        return ""
    return _t("The rule “%(name)s” counts now. Dates with held places keep their price.") % {"name": rule.name}


def _context(month: ServiceMonth) -> dict[str, Any]:
    before, after = months_around(month.first)
    service, today = month.service, clock.now().date()
    slots = f"{reverse('admin:bookings_serviceslot_changelist')}?service__id__exact={service.pk}&date__year={month.first.year}&date__month={month.first.month}"
    return {
        "title": _t("Calendar of %(name)s") % {"name": service.name},
        "service": service,
        "month": month,
        "weekdays": [str(WEEKDAYS_ABBR[n]) for n in range(7)],
        "today": today,
        "before": f"{before:%Y-%m}" if before and before.year in YEARS else "",
        "after": f"{after:%Y-%m}" if after and after.year in YEARS else "",
        "weeks": [[_day(day, service.currency) for day in week] for week in month.weeks],
        "slots_url": slots,
        "price_rules_url": f"{reverse('admin:bookings_pricerule_changelist')}?service__id__exact={service.pk}",
        "capacity_rules_url": f"{reverse('admin:bookings_capacityrule_changelist')}?service__id__exact={service.pk}",
        "service_url": reverse("admin:trips_service_change", args=[service.pk]),
    }


def _day(day: Any, currency: str) -> dict[str, Any]:
    return {
        "date": day.date,
        "in_month": day.in_month,
        "on_sale": day.on_sale,
        "closed": day.closed,
        "sold_out": day.sold_out and not day.closed,
        "cells": [
            {
                "time": cell.time,
                "capacity": cell.capacity,
                "taken": cell.taken,
                "own_capacity": cell.own_capacity,
                "capacity_by": ", ".join(cell.capacity_by),
                "price": format_amount(cell.price, currency),
                "price_by": _t("kept from its first hold") if cell.own_price else ", ".join(cell.price_by),
                "slot_url": reverse("admin:bookings_serviceslot_change", args=[cell.slot_id]) if cell.slot_id else "",
            }
            for cell in day.cells
        ],
    }
