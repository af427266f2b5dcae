"""Being written."""
from django.http import Http404


def show_research(request, reference):
    raise Http404
