"""Addresses of trips' API."""

from django.urls import path

from trips.api import catalogue, company, expenses, polls, readiness, sharing, trips

urlpatterns = [
    path("destinations", catalogue.DestinationList.as_view(), name="api_destinations"),
    path("destinations/<str:key>", catalogue.DestinationDetail.as_view(), name="api_destination"),
    path("destinations/<str:key>/places", catalogue.PlaceList.as_view(), name="api_places"),
    path("trips", trips.TripList.as_view(), name="api_trips"),
    path("trips/intent", trips.IntentCreate.as_view(), name="api_intent"),
    path("trips/join", company.Join.as_view(), name="api_join"),
    path("trips/<str:reference>", trips.TripDetail.as_view(), name="api_trip"),
    path("trips/<str:reference>/travelers", readiness.TripTravelers.as_view(), name="api_trip_travelers"),
    path("trips/<str:reference>/readiness", readiness.Readiness.as_view(), name="api_readiness"),
    path("trips/<str:reference>/intent", trips.IntentDetail.as_view(), name="api_trip_intent"),
    path("trips/<str:reference>/budget", trips.BudgetDetail.as_view(), name="api_budget"),
    path("trips/<str:reference>/research", trips.ResearchDetail.as_view(), name="api_research"),
    path("trips/<str:reference>/itineraries/candidates", trips.CandidatesDetail.as_view(), name="api_candidates"),
    path("trips/<str:reference>/itineraries/final", trips.FinalDetail.as_view(), name="api_final"),
    path("trips/<str:reference>/itineraries/final/revisions", trips.RevisionList.as_view(), name="api_revisions"),
    path("trips/<str:reference>/itineraries/final/diff", trips.DifferenceDetail.as_view(), name="api_diff"),
    path("trips/<str:reference>/members", company.MemberList.as_view(), name="api_members"),
    path("trips/<str:reference>/members/<uuid:member_id>", company.MemberDetail.as_view(), name="api_member"),
    path("trips/<str:reference>/invitations", company.InvitationList.as_view(), name="api_invitations"),
    path("trips/<str:reference>/invitations/<uuid:invitation_id>", company.InvitationDetail.as_view(), name="api_invitation"),
    path("trips/<str:reference>/invitations/<uuid:invitation_id>/resend", company.InvitationResend.as_view(), name="api_invitation_resend"),
    path("trips/<str:reference>/share-links", sharing.ShareLinkList.as_view(), name="api_share_links"),
    path("trips/<str:reference>/share-links/<uuid:link_id>", sharing.ShareLinkDetail.as_view(), name="api_share_link"),
    path("trips/<str:reference>/calendar.ics", sharing.CalendarDetail.as_view(), name="api_calendar"),
    path("trips/<str:reference>/calendar-feed", sharing.FeedDetail.as_view(), name="api_calendar_feed"),
    path("trips/<str:reference>/expenses", expenses.ExpenseList.as_view(), name="api_expenses"),
    path("trips/<str:reference>/expenses/<uuid:expense_id>", expenses.ExpenseDetail.as_view(), name="api_expense"),
    path("trips/<str:reference>/expenses/<uuid:expense_id>/restore", expenses.ExpenseRestore.as_view(), name="api_expense_restore"),
    path("trips/<str:reference>/balances", expenses.BalancesDetail.as_view(), name="api_balances"),
    path("trips/<str:reference>/settlements", expenses.SettlementList.as_view(), name="api_settlements"),
    path("trips/<str:reference>/settlements/<uuid:settlement_id>", expenses.SettlementDetail.as_view(), name="api_settlement"),
    path("trips/<str:reference>/settlements/<uuid:settlement_id>/restore", expenses.SettlementRestore.as_view(), name="api_settlement_restore"),
    path("trips/<str:reference>/polls", polls.PollList.as_view(), name="api_polls"),
    path("trips/<str:reference>/polls/<uuid:poll_id>/vote", polls.PollVote.as_view(), name="api_poll_vote"),
    path("trips/<str:reference>/polls/<uuid:poll_id>/close", polls.PollClose.as_view(), name="api_poll_close"),
    path("trips/<str:reference>/polls/<uuid:poll_id>/apply", polls.PollCarryOut.as_view(), name="api_poll_apply"),
]
