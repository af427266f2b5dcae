"""The open page of a guardian's consent: whoever holds the link reads and answers, without an account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import guardians
from accounts.queries.guardians import find_request
from accounts.web.person_forms import AnswerForm
from travelplanner.core import clock
from travelplanner.core.errors import Invalid, NotFound
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited


@require_http_methods(["GET", "HEAD", "POST"])
@limited("guardian", methods=("GET", "HEAD", "POST"))
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Read what is asked, give or refuse. A link that never was, was answered, or is too old gets the same page, a 404."""
    try:
        found = find_request(token, now=clock.now())
    except NotFound:
        return render(request, "accounts/guardian_gone.html", status=404)
    form = AnswerForm(request.POST if request.method == "POST" else None, initial={"until": found.latest})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["answer"] == "give"
        try:
            guardians.answer_request(actor=actor_of(request), token=token, given=given, until=form.cleaned_data["until"])
        except Invalid as refusal:
            form.add_error("until", [str(text) for texts in refusal.fields.values() for text in texts])
        except NotFound:
            return render(request, "accounts/guardian_gone.html", status=404)
        else:
            says = _("Thank you. Your consent is noted.") if given else _("Thank you. We noted that you don't agree.")
            return render(request, "accounts/guardian_done.html", {"found": found, "given": given, "says": says})
    return render(request, "accounts/guardian.html", {"found": found, "form": form}, status=400 if form.is_bound else 200)
