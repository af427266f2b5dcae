import pytest
from tests.browser.screens import SCREENS, STAFF_SCREENS, Screen
from tests.browser.scenes import *
pytestmark = pytest.mark.browser
WANT = {"home","new trip","budget","research","compare","plan","checkout","pay","pay, the bank asks","pay, no answer","declined","confirmation","my trips","my bookings","sign up","not found","planning, finished","help","sessions","plan, changes", "plan, adding a stop", "e-mail addresses"}
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("w", [360, 1440])
def test_shots(visit, scenes, site, w, dark):
    from trips.actions.samples import load_samples
    from travelplanner.core.actor import Actor
    list(load_samples(actor=Actor.system("load_samples")))
    for s in [s for s in SCREENS if s.name in WANT] + [s for s in STAFF_SCREENS if s.name in("dashboard","booking")]:
        v = visit(size=(w, 900), dark=dark)
        s2 = Screen(s.name, s.path, s.who, s.status, None)
        s2.open(v, scenes)
        v.page.wait_for_timeout(150)
        v.page.screenshot(path=f"/tmp/h9shots/{s.name.replace(' ','_').replace(',','')}-{w}-{'dark' if dark else 'light'}.png", full_page=True)
        v.context.close()
