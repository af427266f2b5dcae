"""Factors that no data gave: editor's judgment, all disclosed in the answer as `assumptions`.

Per diems are ceilings for business travel in good hotels. They give the relative level of places and seasons; what a
leisure traveler of a comfort level spends is a share of them. In countries with low prices the gap between a business
hotel and an ordinary one is wider, hence the price level (United States = 1) to the power `LEVEL_POWER`.
"""

#: Share of the lodging ceiling that a room (two people) costs, at the price level of the United States.
LODGING_SHARE = {"budget": 0.27, "standard": 0.62, "luxury": 1.70}
#: Share of the meals ceiling that a person spends on food in a day, at the price level of the United States.
FOOD_SHARE = {"budget": 0.25, "standard": 0.46, "luxury": 0.92}
#: Rates inside the 48 states are set near the average room and meal price, not as a ceiling of good hotels: raised to
#: the level of the foreign ones before the shares apply (lodging, meals).
CONUS_LODGING_FACTOR, CONUS_MEALS_FACTOR = 1.6, 1.5
#: Power of the price level in lodging and food; transport and sights follow the price level itself.
LEVEL_POWER = 0.85
#: Local transport, USD per person and day at the price level of the United States.
TRANSPORT_USD = {"budget": 7.0, "standard": 15.0, "luxury": 38.0}
#: Sights, tours, tickets, USD per person and day at the price level of the United States.
ACTIVITIES_USD = {"budget": 15.0, "standard": 35.0, "luxury": 80.0}
PACE_FACTOR = {"relaxed": 0.75, "balanced": 1.0, "packed": 1.3}
#: (lodging, food, local transport, activities) relative to a leisure trip; a trek sleeps in tents and huts.
TRIP_TYPE_FACTORS = {
    "leisure": (1.0, 1.0, 1.0, 1.0), "business": (1.1, 1.1, 1.4, 0.3), "family": (1.0, 1.0, 1.0, 1.1),
    "adventure": (1.0, 1.0, 1.3, 1.5), "spiritual": (1.0, 1.0, 1.0, 0.6), "trek": (0.5, 0.7, 1.4, 1.0),
    "beach": (1.0, 1.0, 1.0, 0.8), "culture": (1.0, 1.0, 1.0, 1.2), "cultural": (1.0, 1.0, 1.0, 1.2),
    "romantic": (1.0, 1.0, 1.0, 1.2), "honeymoon": (1.0, 1.0, 1.0, 1.2), "food": (1.0, 1.2, 1.0, 1.0),
    "nature": (1.0, 1.0, 1.2, 1.0), "wildlife": (1.0, 1.0, 1.4, 1.6), "wellness": (1.0, 1.0, 0.9, 1.3),
    "city": (1.0, 1.0, 1.0, 1.1),
}  # fmt: skip

PEOPLE_PER_ROOM = 2
#: Paid visits per day when the catalogue's fees are known, and booked activities per person and day.
STOPS_PER_DAY = {"relaxed": 2.0, "balanced": 3.0, "packed": 4.0}
TOURS_PER_DAY = 0.2
#: Weight of the catalogue's fees and activities against the general level of spending.
FEES_WEIGHT = 0.6

# Sigmas of the logarithm.
#: How far travelers of one comfort level differ, per category.
CHOICE_SIGMA = {"lodging": 0.28, "food": 0.25, "local_transport": 0.40, "activities": 0.50, "intercity": 0.25}
#: How unsure the shares above are themselves.
SHARE_SIGMA = 0.20
#: Least spread of the catalogue's hotels (a few demo offers say little about what else is for sale).
CATALOGUE_SIGMA = 0.22
#: At most this far (logarithm) do a catalogue and the model disagree for the band; more is a mistake in the catalogue.
MOST_APART = 1.4
#: Fares outside the United States against the curve of fares inside.
ABROAD_SIGMA = 0.30

#: Below this distance people go by road or rail, USD per km at the price level of the United States, plus a base.
GROUND_LIMIT_KM = 350.0
GROUND_USD_PER_KM = 0.14
GROUND_BASE_USD = 6.0
FARE_FACTOR = {"budget": 0.85, "standard": 1.0, "luxury": 2.0}
#: A trip that starts nearer than this needs no journey.
SAME_PLACE_KM = 15.0
