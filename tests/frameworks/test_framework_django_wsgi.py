"""Django as a WSGI app through every front."""

from django.core.wsgi import get_wsgi_application

from tests.frameworks import django_site  # noqa: F401 - sets Django up
from tests.frameworks.fronts import Played
from tests.frameworks.scenario import Scenario, scenarios
from wsgi_lambda import Adapter

HANDLER = Adapter(get_wsgi_application())


@scenarios()
def test_django_wsgi_serves_through_every_front(front: Played, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
