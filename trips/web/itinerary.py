"""Being written."""
from django.http import Http404


def show_itinerary(request, reference):
    raise Http404


def edit(request, reference):
    raise Http404


def preview(request, reference):
    raise Http404


def undo(request, reference):
    raise Http404


def show_changes(request, reference):
    raise Http404
