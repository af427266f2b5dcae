"""Papers of people: the queue of what waits for a check, a look that is recorded, checked or sent back.

All of it needs `accounts.check_documents`, a permission of its own: neither being staff nor Django's view permission opens a paper.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import display

from accounts import document_words as words
from accounts.actions import document_checks as checks
from accounts.models import TravelDocument, TravelerDocument, TravelerDocumentCheck, UserDocument, UserDocumentCheck
from accounts.queries.documents import number_of, with_consent
from travelplanner.core import countries
from travelplanner.core.admin.base import ReadOnlyAdmin, staff_actor
from travelplanner.core.admin.buttons import ActionVariant, ReasonForm, button
from travelplanner.core.admin.columns import EMPTY, state_column
from travelplanner.core.admin.histories import HistoryInline
from travelplanner.core.errors import Conflict, NotFound
from travelplanner.core.sealed import matching, normalized
from travelplanner.core.web.private_answers import attachment


class QueueFilter(DropdownFilter):
    """What waits, oldest first, is what the list opens with; a search looks everywhere."""

    title = _("queue")
    parameter_name = "queue"
    all_option = ["", _("To be checked")]

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.searching = bool(request.GET.get("q"))
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("bare", _("Waiting for a file")), ("all", _("All documents"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all" or (not self.value() and (self.searching or "state__exact" in request.GET)):
            return queryset
        waiting = queryset.filter(state="pending")
        return waiting.filter(file_key="") if self.value() == "bare" else with_consent(waiting.exclude(file_key=""))


class CheckInline(HistoryInline):
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.check_documents")


class UserCheckInline(CheckInline):
    model = UserDocumentCheck


class TravelerCheckInline(CheckInline):
    model = TravelerDocumentCheck


class PaperAdmin(ReadOnlyAdmin):
    """`kind` names the holder for the actions; `owner` is the path to the user."""

    kind: ClassVar[str] = ""
    list_filter = (QueueFilter, ("state", ChoicesDropdownFilter), ("type", ChoicesDropdownFilter), ("expires_on", RangeDateFilter))
    search_help_text = _("E-mail, or the whole number of a document")
    ordering = ("created_at", "id")
    actions_detail = ("verify", "reject")
    list_per_page = 25

    # --- who may -----------------------------------------------------------------------------------------------------
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.check_documents")

    has_operate_permission = has_view_permission

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) or super().has_module_permission(request)

    # --- the list: never a number in full --------------------------------------------------------------------------------
    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """A number is found by its blind index, which knows the whole number alone."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if len(normalized(search_term)) >= 4:
            found |= queryset.filter(matching(queryset.model, "number_index", search_term))
        return found, may_repeat

    @display(description=_("number"))
    def shown_number(self, row: TravelDocument) -> Any:
        number = number_of(row)
        return number.masked or EMPTY if number.readable else _t("can't be read")

    @display(description=_("issued by"), ordering="country")
    def shown_country(self, row: TravelDocument) -> str:
        return countries.country_name(row.country) if row.country else EMPTY

    @display(description=_("file"), boolean=True)
    def has_file(self, row: TravelDocument) -> bool:
        return bool(row.file_key)

    @display(description=_("number in full and file"))
    def look_link(self, row: TravelDocument) -> SafeString:
        return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', reverse(f"admin:{self._name('look')}", args=[row.pk]), _t("Look at it (this is recorded)"))

    # --- the look --------------------------------------------------------------------------------------------------------
    def _name(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"

    def get_urls(self) -> list[Any]:
        own = [
            path("<uuid:document_id>/look/", self.admin_site.admin_view(self.look), name=self._name("look")),
            path("<uuid:document_id>/file/", self.admin_site.admin_view(self.file), name=self._name("file")),
        ]
        return [*own, *super().get_urls()]

    def look(self, request: HttpRequest, document_id: Any) -> HttpResponse:
        """Entries with the number in full beside the file; each look is an audit entry."""
        self._guard(request)
        try:
            found = checks.look_at_document(actor=staff_actor(request), kind=self.kind, document_id=document_id)
        except NotFound as error:
            raise Http404 from error
        except Conflict as refusal:
            return self._refused(request, document_id, refusal)
        row = found.row
        context = {
            **self.admin_site.each_context(request),
            "title": _t("A look at a document"),
            "opts": self.opts,
            "row": row,
            "owner": found.owner,
            "number": found.number,
            "country": countries.country_name(row.country) if row.country else EMPTY,
            "is_picture": row.file_type.startswith("image/"),
            "file_url": reverse(f"admin:{self._name('file')}", args=[row.pk]) if row.file_key else "",
            "back_url": reverse(f"admin:{self._name('change')}", args=[row.pk]),
        }
        response = TemplateResponse(request, "admin/accounts/look.html", context)
        response["Cache-Control"] = "private, no-store"
        return response

    def file(self, request: HttpRequest, document_id: Any) -> HttpResponse:
        """The file; a picture is shown inside the look, a PDF is downloaded."""
        self._guard(request)
        try:
            row, data = checks.open_file(actor=staff_actor(request), kind=self.kind, document_id=document_id)
        except NotFound as error:
            if error.code == "file_unreadable":
                return self._refused(request, document_id, _t("This file can't be opened: it is missing, damaged, or another document's."))
            raise Http404 from error
        except Conflict as refusal:
            return self._refused(request, document_id, refusal)
        return attachment(data, type=row.file_type, name=words.file_name(row))

    def _refused(self, request: HttpRequest, document_id: Any, says: object) -> HttpResponse:
        messages.error(request, str(says.message) if isinstance(says, Conflict) else str(says))
        return HttpResponseRedirect(reverse(f"admin:{self._name('change')}", args=[document_id]))

    def _guard(self, request: HttpRequest) -> None:
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied

    # --- buttons ---------------------------------------------------------------------------------------------------------
    @button(_("Checked"), says=_("Entries and file agree. The owner gets a mail. You must have looked at both since they last changed."), icon="verified")
    def verify(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def deed(row: TravelDocument) -> str:
            checks.verify_document(actor=staff_actor(request), kind=self.kind, document_id=row.pk)
            return _t("Checked.")

        return self.perform(request, object_id, deed)

    @button(
        _("Send back"),
        says=_("The owner reads the reason in a mail and on the page: say what is wrong and what to do. Leave out the number."),
        icon="undo",
        form=ReasonForm,
        variant=ActionVariant.DANGER,
    )
    def reject(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        def deed(row: TravelDocument) -> str:
            checks.reject_document(actor=staff_actor(request), kind=self.kind, document_id=row.pk, reason=form.cleaned_data["reason"])
            return _t("Sent back.")

        return self.perform(request, object_id, deed, form)


SHARED = (
    (("type", "state"), ("shown_number", "look_link"), ("holder_name", "shown_country"), ("issued_on", "expires_on")),
    (("has_file", "file_type", "file_size"), ("created_at", "updated_at"), ("reminded_days", "reminded_at")),
)


@admin.register(UserDocument)
class UserDocumentAdmin(PaperAdmin):
    kind = "user"
    select = ("user",)
    list_display = ("created_at", "type", "user", "shown_number", "shown_country", state_column(), "expires_on", "has_file")
    list_display_links = ("created_at", "type")
    search_fields = ("user__email",)
    fieldsets = ((None, {"fields": ("user", *SHARED[0])}), (_("File and dates"), {"fields": SHARED[1]}))
    inlines = (UserCheckInline,)


@admin.register(TravelerDocument)
class TravelerDocumentAdmin(PaperAdmin):
    kind = "traveler"
    select = ("traveler__user",)
    list_display = ("created_at", "type", "traveler", "shown_owner", "shown_number", "shown_country", state_column(), "expires_on", "has_file")
    list_display_links = ("created_at", "type")
    search_fields = ("traveler__user__email",)
    fieldsets = ((None, {"fields": (("traveler", "shown_owner"), *SHARED[0])}), (_("File and dates"), {"fields": SHARED[1]}))
    inlines = (TravelerCheckInline,)

    @display(description=_("user"), ordering="traveler__user__email")
    def shown_owner(self, row: TravelerDocument) -> str:
        return row.traveler.user.email
