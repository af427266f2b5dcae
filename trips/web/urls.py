"""Addresses of the trips pages."""

from django.urls import path

from trips.web import budget, compare, cover_images, itinerary, limit, my_trips, new_trip, planning, research

app_name = "trips"
urlpatterns = [
    path("new", new_trip.new_trip, name="new"),
    path("new/from-sentence", new_trip.from_sentence, name="from_sentence"),
    path("new/destinations", new_trip.search_destinations, name="destination_search"),
    path("new/estimate", new_trip.estimate, name="estimate"),
    path("trips", my_trips.list_my_trips, name="list"),
    path("trips/<str:reference>", my_trips.open_trip, name="show"),
    path("trips/<str:reference>/limit", limit.change_limit, name="limit"),
    path("trips/<str:reference>/archive", my_trips.archive, name="archive"),
    path("trips/<str:reference>/restore", my_trips.restore, name="restore"),
    path("trips/<str:reference>/planning", planning.show_planning, name="planning"),
    path("trips/<str:reference>/progress", planning.show_progress, name="progress"),
    path("trips/<str:reference>/again", planning.plan_again, name="plan_again"),
    path("trips/<str:reference>/budget", budget.show_budget, name="budget"),
    path("trips/<str:reference>/research", research.show_research, name="research"),
    path("trips/<str:reference>/compare", compare.show_candidates, name="compare"),
    path("trips/<str:reference>/choose", compare.choose, name="choose"),
    path("trips/<str:reference>/swap", compare.swap, name="swap"),
    path("trips/<str:reference>/plan", itinerary.show_itinerary, name="itinerary"),
    path("trips/<str:reference>/plan/edit", itinerary.edit, name="edit"),
    path("trips/<str:reference>/plan/preview", itinerary.preview, name="preview"),
    path("trips/<str:reference>/plan/undo", itinerary.undo, name="undo"),
    path("trips/<str:reference>/plan/changes", itinerary.show_changes, name="changes"),
    path("covers/<slug:slug>/<str:key>.svg", cover_images.show_cover, name="cover"),
]
