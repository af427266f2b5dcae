"""Being written."""
from django.http import Http404


def show_budget(request, reference):
    raise Http404
