"""Being written."""
from django.http import Http404


def show_candidates(request, reference):
    raise Http404


def choose(request, reference):
    raise Http404


def swap(request, reference):
    raise Http404
