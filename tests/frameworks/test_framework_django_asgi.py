"""Django as an ASGI app: every scenario through every front."""

from django.core.asgi import get_asgi_application

from asgi_lambda import Adapter
from tests.frameworks import django_site  # noqa: F401 - sets Django up
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import Scenario, for_every_scenario

HANDLER = Adapter(get_asgi_application())


@for_every_scenario()
def test_every_scenario_works_with_django_asgi(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
