"""Django as a WSGI app: every scenario through every front."""

from django.core.wsgi import get_wsgi_application

from tests.frameworks import django_site  # noqa: F401 - sets Django up
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario import Scenario, for_every_scenario
from wsgi_lambda import Adapter

HANDLER = Adapter(get_wsgi_application())


@for_every_scenario()
def test_every_scenario_works_with_django_wsgi(front: FrontCase, scenario: Scenario) -> None:
    with front.client(HANDLER) as client:
        scenario(client, front)
