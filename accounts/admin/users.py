"""Users: looked at, suspended and reinstated. Who is staff, and what staff may do, is for superusers alone to say."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts.actions import users
from accounts.models import User
from travelplanner.core import audit
from travelplanner.core.admin.base import NoDeleteMixin, StaffAdmin, staff_actor
from travelplanner.core.admin.buttons import ActionVariant, ReasonForm, button
from travelplanner.core.admin.columns import state_column


class NewUserForm(UserCreationForm):
    """The address is written in small letters, as everywhere."""

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name")
        widgets = {"email": UnfoldAdminEmailInputWidget}

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("There is a user with this address already."))
        return email


@admin.register(User)
class PersonAdmin(NoDeleteMixin, UserAdmin, StaffAdmin):
    """A user is ended by the status, never removed: bookings and the ledger need the row.

    Colleagues (staff, superusers) are changed by superusers only, so that nobody gives rights to themselves or takes over an account.
    """

    form = UserChangeForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    audit_values = False
    list_display = ("email", "first_name", "last_name", state_column("status", _("status")), "email_verified", "is_staff", "is_superuser", "last_login", "created_at")
    list_filter = (("status", ChoicesDropdownFilter), "email_verified", "is_staff", "is_superuser", ("created_at", RangeDateTimeFilter))
    search_fields = ("email", "first_name", "last_name", "phone", "=id")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    autocomplete_fields = ("groups",)
    filter_horizontal = ("user_permissions",)
    add_fieldsets = ((None, {"fields": ("email", "first_name", "last_name", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": (("email", "email_verified"), "password", "status")}),
        (_("Person"), {"fields": (("first_name", "last_name"), ("phone", "phone_verified"))}),
        (_("Rights"), {"fields": ("is_staff", "is_superuser", "groups", "user_permissions"), "classes": ("tab",)}),
        (_("Dates"), {"fields": (("last_login", "created_at"), "updated_at"), "classes": ("tab",)}),
    )
    fixed = ("email", "email_verified", "phone_verified", "status", "last_login", "created_at", "updated_at")
    rights = ("is_staff", "is_superuser", "groups", "user_permissions")
    actions_detail = ("suspend", "reinstate")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Addresses are changed by their owner, who proves them; the status by buttons; rights by superusers."""
        if obj is None:
            return ()
        return self.fixed if request.user.is_superuser else (*self.fixed, *self.rights)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Passwords (their hashes, and the way to set a new one) are shown to superusers alone."""
        found = super().get_fieldsets(request, obj)
        if obj is None or request.user.is_superuser:
            return found
        return [(title, {**options, "fields": [field for field in options["fields"] if field != "password"]}) for title, options in found]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_operate_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request: HttpRequest, obj: Any) -> bool:
        """`obj` is a user or, from a button, its id."""
        if obj is None or request.user.is_superuser:
            return True
        user = obj if isinstance(obj, User) else self.get_object(request, str(obj))
        return user is not None and not user.is_staff and not user.is_superuser

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":  # this form goes around `save_model`
            audit.record(actor=staff_actor(request), action="user.password_set", row=obj)
        return super().log_change(request, obj, message)

    @button(
        _("Suspend"),
        says=_("The user is locked out from the next request on: pages and programs. Trips and bookings stay."),
        icon="block",
        form=ReasonForm,
        variant=ActionVariant.DANGER,
    )
    def suspend(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        def deed(user: User) -> str:
            users.suspend_user(actor=staff_actor(request), user_id=user.pk, reason=form.cleaned_data["reason"])
            return _t("Suspended.")

        return self.perform(request, object_id, deed, form)

    @button(_("Reinstate"), says=_("A suspended user may sign in again."), icon="check_circle", form=ReasonForm)
    def reinstate(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        def deed(user: User) -> str:
            users.reinstate_user(actor=staff_actor(request), user_id=user.pk, reason=form.cleaned_data["reason"])
            return _t("Reinstated.")

        return self.perform(request, object_id, deed, form)
