"""Pages of papers: one's own, and those of the people one travels with; the same views."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import document_words as words
from accounts.actions import documents as actions
from accounts.document_entries import refusal_words
from accounts.models import TravelDocument
from accounts.queries import documents as queries
from accounts.queries.consents import has_consent
from accounts.queries.documents import Holder
from accounts.web.document_forms import ChangePaperForm, FileForm, NewPaperForm
from accounts.web.requests import SignedInRequest
from travelplanner.core import clock, countries
from travelplanner.core.errors import AppError, Conflict, Invalid, Stale
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from travelplanner.core.web.private_answers import attachment
from travelplanner.core.web.uploads import was_too_large

PER_PAGE = 20
ICONS = {"passport": "globe", "visa": "globe", "id_card": "user", "driving_license": "car", "insurance": "shield", "vaccination": "shield", "consent_letter": "people", "other": "file"}


def _addresses(holder: Holder, row: TravelDocument | None = None) -> dict[str, str]:
    first = [holder.traveler.pk] if holder.traveler else []
    prefix = "accounts:traveler_document" if holder.traveler else "accounts:document"
    found = {"list": reverse(f"{prefix}s", args=first), "new": reverse(f"{prefix}_new", args=first)}
    if row is not None:
        found |= {name: reverse(f"{prefix}{end}", args=[*first, row.pk]) for name, end in (("show", ""), ("file", "_file"), ("remove", "_remove"))}
    return found


def _line(holder: Holder, row: TravelDocument) -> dict[str, Any]:
    number = queries.number_of(row)
    tone, label, sentence = words.state_words(row)
    return {
        "row": row,
        "title": row.get_type_display().capitalize(),
        "icon": ICONS[row.type],
        "good_for": words.GOOD_FOR[row.type],
        "number": number,
        "country": countries.country_name(row.country, get_language() or "en") if row.country else "",
        "tone": tone,
        "label": label,
        "sentence": sentence,
        "ends": words.days_words(row, clock.now().date()),
        "urls": _addresses(holder, row),
    }


@login_required
@require_safe
def list_papers(request: HttpRequest, traveler_id: uuid.UUID | None = None) -> HttpResponse:
    """The papers of one person, with what they are good for and how their check stands."""
    actor = actor_of(request)
    holder = queries.get_holder(actor, traveler_id)
    page = Paginator(queries.list_documents(holder), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "holder": holder,
        "page": page,
        "papers": [_line(holder, row) for row in page.object_list],
        "urls": _addresses(holder),
        "good_for": [] if page.object_list else [{"label": _titles()[key], "text": text} for key, text in words.GOOD_FOR.items() if key != "other"],
        # One's own papers count for oneself as a traveler too: "0 documents" there would say that none is known.
        "travelers": [] if holder.traveler else [one for one in queries.travelers_with_papers(actor)[:100] if one.relation != "self" or one.papers],  # type: ignore[attr-defined]  # counted by the query
        "own_count_too": holder.traveler is not None and holder.traveler.relation == "self",
    }
    return render(request, "accounts/documents.html", context)


def _titles() -> dict[str, str]:
    return {key: str(label).capitalize() for key, label in TravelDocument._meta.get_field("type").choices or []}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
def add_paper(request: SignedInRequest, traveler_id: uuid.UUID | None = None) -> HttpResponse:
    """Enter a paper, with its file at once or later. A file that is refused loses nothing of what was entered."""
    actor = actor_of(request)
    holder = queries.get_holder(actor, traveler_id)
    agreed = has_consent(holder.user_id, "documents")
    start = {"type": request.GET.get("type", ""), "holder_name": holder.traveler.full_name if holder.traveler else request.user.get_full_name()}
    form = NewPaperForm(request.POST or None, request.FILES or None, initial=start, agreed=agreed)
    if request.method == "POST" and form.is_valid():
        consent = bool(form.cleaned_data.get("documents_consent"))
        try:
            row = actions.add_document(actor=actor, traveler_id=traveler_id, values=form.values(), agreed=consent, how="page")
        except (Invalid, Conflict) as error:
            form.take(error)
        else:
            _keep_file(request, form, traveler_id, row.pk, fresh=True)
            return redirect(_addresses(holder, row)["show"])
    context = {"holder": holder, "form": form, "urls": _addresses(holder)}
    return render(request, "accounts/document_new.html", context, status=400 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_paper(request: HttpRequest, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> HttpResponse:
    """One paper with its number in full; change its entries here."""
    actor = actor_of(request)
    holder = queries.get_holder(actor, traveler_id)
    row = queries.get_document(holder, document_id)
    form = ChangePaperForm(request.POST or None, row=row)
    status = 400 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_document(actor=actor, traveler_id=traveler_id, document_id=document_id, row_version=form.cleaned_data["version"], values=form.values())
        except Stale as error:  # their entries stay in the form; the next press is made knowing of the other change
            form.add_error(None, _("This document was changed in another window in the meantime. Compare, and save again if yours is right."))
            form.data = {**request.POST.dict(), "version": str(row.row_version)}
            status = error.status
        except (Invalid, Conflict) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(_addresses(holder, row)["show"])
    context = {"holder": holder, "paper": _line(holder, row), "form": form, "file_form": FileForm(), "urls": _addresses(holder, row)}
    return render(request, "accounts/document.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
def paper_file(request: HttpRequest, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> HttpResponse:
    """The kept copy as a download, or (POST) another file in its place."""
    holder = queries.get_holder(actor_of(request), traveler_id)
    row = queries.get_document(holder, document_id)
    if request.method != "POST":
        return attachment(queries.read_file(row), type=row.file_type, name=words.file_name(row))
    form = FileForm(request.POST, request.FILES)
    if form.is_valid() and not _keep_file(request, form, traveler_id, row.pk):
        messages.error(request, _("Choose a file first, or take a photo."))
    return redirect(_addresses(holder, row)["show"])


def _keep_file(request: HttpRequest, form: Any, traveler_id: uuid.UUID | None, document_id: uuid.UUID, *, fresh: bool = False) -> bool:
    """Whether there was a file; what became of it is a message."""
    if was_too_large(request):
        messages.error(request, refusal_words("too_large"))
        return True
    data = form.sent()
    if data is None:
        if fresh:
            messages.success(request, _("Saved. Add a photo or scan when you have one."))
        return False
    try:
        actions.put_file(actor=actor_of(request), traveler_id=traveler_id, document_id=document_id, data=data)
    except AppError as error:
        if fresh:
            messages.warning(request, _("What you entered is saved, the file is not."))
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Saved. Hidden data was removed from the file, and it is sealed."))
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_paper(request: HttpRequest, document_id: uuid.UUID, traveler_id: uuid.UUID | None = None) -> HttpResponse:
    """Ask, saying what is lost; then remove the whole paper, or its file alone."""
    actor = actor_of(request)
    holder = queries.get_holder(actor, traveler_id)
    row = queries.get_document(holder, document_id)
    urls = _addresses(holder, row)
    if request.method == "POST" and request.POST.get("what") == "file" and row.file_key:
        actions.remove_file(actor=actor, traveler_id=traveler_id, document_id=document_id)
        messages.success(request, _("The file is gone. What you entered is still here."))
        return redirect(urls["show"])
    if request.method == "POST" and request.POST.get("what") == "document":
        actions.remove_document(actor=actor, traveler_id=traveler_id, document_id=document_id)
        messages.success(request, _("The document is gone, and its file with it."))
        return redirect(urls["list"])
    return render(request, "accounts/document_remove.html", {"holder": holder, "paper": _line(holder, row), "urls": urls})
