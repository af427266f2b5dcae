"""Promise 13's table: every route x role x method. HOW TO ADD A ROW, when a test says that your route has none:

1. One line in the table of your room (`table_<room>.py`), by the route's full name ("trips:members", "api_expense"):

       "trips:members": trip_page("GET", "POST", least={"GET": "viewer", "POST": "owner"}, bodies={"POST": {"email": "x@example.org"}}),
       "api_expense": trip_api("GET", "PATCH", least={"GET": "viewer", "PATCH": "owner"}, bodies={"PATCH": {"title": "Tea"}}),
       "api_traveler": own_api("GET", "DELETE"),                        # one's own rows, known by an id: everyone else gets 404
       "trips:shared": linked_page("GET", gaps={"token": "share_token"}, shows=("A secret walk",)),   # whoever holds the token

   `least` is the smallest role that may: viewer, editor, owner (what it doesn't name is the owner's). A body must be one that the owner
   would succeed with: a refusal for a role has to come before the refusal of a field, and the same bodies serve the test of mass
   assignment. "{expense}" in a body, or in `query`, stands for Alice's expense. A file: a function without arguments that returns the body.
2. What stands in the gaps of the address? `<uuid:expense_id>` is the thing "expense", `<str:reference>` the trip (or booking); where the
   name doesn't say it, `gaps={"token": "share_token"}`. A new kind of thing is an entry of your table's THINGS: a function that makes it as
   Alice's and returns what stands in the address, an id that doesn't exist, and marks (texts of it that may not reach anyone else).
3. `pytest tests/architecture/test_routes.py -k <your route>` walks your row alone.

`rows` says what a row is, `world` makes Alice's things, `walk` asks and judges.
"""
