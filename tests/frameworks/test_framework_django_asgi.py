"""Django as an ASGI app through every front."""

from django.core.asgi import get_asgi_application

from asgi_lambda import Adapter
from tests.frameworks import django_site  # noqa: F401 - sets Django up
from tests.frameworks.fronts import Played
from tests.frameworks.scenario import Scenario, scenarios

HANDLER = Adapter(get_asgi_application())


@scenarios()
def test_django_asgi_serves_through_every_front(front: Played, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
