"""Tickets, vouchers and invoices of booked items: staff adds and removes them through actions."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings.actions import item_documents as actions
from bookings.models import BookingItem, ItemDocument
from bookings.queries import item_documents as queries
from travelplanner.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, redirect_to, sentence_of, staff_actor
from travelplanner.core.admin.buttons import ActionVariant, button
from travelplanner.core.admin.filters import words_filter
from travelplanner.core.errors import AppError, NotFound
from travelplanner.core.web.private_answers import attachment
from travelplanner.core.web.uploads import was_too_large


class NewDocumentForm(forms.Form):
    """What staff puts beside an item; the action checks it."""

    kind = forms.ChoiceField(label=_("What it is"), choices=ItemDocument.KINDS, widget=UnfoldAdminSelectWidget)
    title = forms.CharField(label=_("Title"), max_length=120, widget=UnfoldAdminTextInputWidget, help_text=_("The traveler reads it."))
    number = forms.CharField(label=_("Number"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget, help_text=_("Of the ticket or invoice, where there is one."))
    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True, widget=UnfoldAdminFileFieldWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _t("A PDF or a picture (JPEG, PNG, WebP), up to %(most)s. Hidden data is removed, and it is sealed.") % {"most": filesizeformat(settings.DOCUMENT_MAX_BYTES)}


class ItemDocumentInline(ReadOnlyInline):
    model = ItemDocument
    fields = ("kind", "title", "number", "content_type", "size", "added_by", "created_at")
    tab = False
    verbose_name_plural = _("documents")


class WithDocuments:
    """Gives the admin of booked items the page on which a document is added."""

    actions_detail: tuple[str, ...] = ("add_document",)

    def get_urls(self) -> list[Any]:
        own = [path("<uuid:item_id>/documents/add/", self.admin_site.admin_view(self.show_add_document), name="bookings_bookingitem_add_document")]  # type: ignore[attr-defined]  # a mixin: what it calls is its admin's
        return [*own, *super().get_urls()]  # type: ignore[misc]  # a mixin: what it calls is its admin's

    @action(description=_("Add a document"), icon="attach_file", permissions=("operate",))
    def add_document(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:bookings_bookingitem_add_document", args=[object_id]))

    def show_add_document(self, request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
        """The form; POST keeps the document and goes back to the item."""
        if not self.has_operate_permission(request):  # type: ignore[attr-defined]  # a mixin: what it calls is its admin's
            raise PermissionDenied
        item = BookingItem.objects.select_related("booking").filter(pk=item_id).first()
        if item is None:
            raise Http404
        back = reverse("admin:bookings_bookingitem_change", args=[item.pk])
        form = NewDocumentForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and was_too_large(request):
            form.add_error("file", _t("This file is too large."))
        elif request.method == "POST" and form.is_valid():
            upload = request.FILES.get("file")
            found = {name: form.cleaned_data[name] for name in ("kind", "title", "number")}
            try:
                actions.add_document(actor=staff_actor(request), item_id=item.pk, data=upload.read() if upload else None, **found)
            except AppError as refusal:
                form.add_error("file", sentence_of(refusal))
            else:
                messages.success(request, _t("Added. The traveler finds it on the booking's page."))
                return HttpResponseRedirect(back)
        context = {**self.admin_site.each_context(request), "title": _t("Add a document"), "opts": self.opts, "form": form, "item": item, "back_url": back}  # type: ignore[attr-defined]  # a mixin: what it calls is its admin's
        return TemplateResponse(request, "admin/bookings/item_document.html", context, status=400 if form.errors else 200)


@admin.register(ItemDocument)
class ItemDocumentAdmin(ReadOnlyAdmin):
    """Files are opened and removed here; each look is recorded."""

    select = ("item__booking",)
    list_display = ("title", "kind", "item", "number", "content_type", "added_by", "created_at")
    list_filter = (words_filter("kind", _("kind"), dict(ItemDocument.KINDS)),)
    search_fields = ("title", "number", "item__booking__reference", "item__name", "item__confirmation_code")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "id")
    fields = ("item", ("kind", "title"), "number", ("content_type", "size", "file_link"), ("added_by", "created_at"))
    actions_detail = ("remove",)

    @display(description=_("file"))
    def file_link(self, row: ItemDocument) -> SafeString | str:
        if not row.file_key:
            return "–"
        return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', reverse("admin:bookings_itemdocument_file", args=[row.pk]), _t("Download it (this is recorded)"))

    def get_urls(self) -> list[Any]:
        return [path("<uuid:document_id>/file/", self.admin_site.admin_view(self.file), name="bookings_itemdocument_file"), *super().get_urls()]

    def file(self, request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        try:
            row = actions.open_document(actor=staff_actor(request), document_id=document_id)
            return attachment(queries.read_file(row), type=row.content_type, name=queries.download_name(row))
        except NotFound as error:
            raise Http404 from error

    @button(_("Remove"), says=_("The document and its file are gone for good, for the traveler too."), icon="delete", variant=ActionVariant.DANGER)
    def remove(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        try:
            actions.remove_document(actor=staff_actor(request), document_id=uuid.UUID(object_id))
            messages.success(request, _t("Removed."))
        except AppError as refusal:
            messages.error(request, sentence_of(refusal))
        return redirect_to(request, reverse("admin:bookings_itemdocument_changelist"))
