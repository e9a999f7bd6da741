"""Django as an ASGI app through every front."""

import django_site  # noqa: F401 - sets Django up
from django.core.asgi import get_asgi_application
from fronts import Played
from scenario import Scenario, scenarios

from asgi_lambda import Adapter

HANDLER = Adapter(get_asgi_application())


@scenarios()
def test_django_asgi_serves_through_every_front(front: Played, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
