"""Addresses of trips' API."""

from django.urls import path

from trips.api import catalogue, trips

urlpatterns = [
    path("destinations", catalogue.DestinationList.as_view(), name="api_destinations"),
    path("destinations/<str:key>", catalogue.DestinationDetail.as_view(), name="api_destination"),
    path("destinations/<str:key>/places", catalogue.PlaceList.as_view(), name="api_places"),
    path("trips", trips.TripList.as_view(), name="api_trips"),
    path("trips/intent", trips.IntentCreate.as_view(), name="api_intent"),
    path("trips/<str:reference>", trips.TripDetail.as_view(), name="api_trip"),
    path("trips/<str:reference>/intent", trips.IntentDetail.as_view(), name="api_trip_intent"),
    path("trips/<str:reference>/budget", trips.BudgetDetail.as_view(), name="api_budget"),
    path("trips/<str:reference>/research", trips.ResearchDetail.as_view(), name="api_research"),
    path("trips/<str:reference>/itineraries/candidates", trips.CandidatesDetail.as_view(), name="api_candidates"),
    path("trips/<str:reference>/itineraries/final", trips.FinalDetail.as_view(), name="api_final"),
    path("trips/<str:reference>/itineraries/final/revisions", trips.RevisionList.as_view(), name="api_revisions"),
    path("trips/<str:reference>/itineraries/final/diff", trips.DifferenceDetail.as_view(), name="api_diff"),
]
