"""One measurement for all tests of this folder: the servers start only once."""

import pytest

from compliance.servers.measurement import Measurement, measure
from compliance.servers.real_servers import CannotStart


@pytest.fixture(scope="session")
def measurement() -> Measurement:
    try:
        return measure()
    except CannotStart as error:
        pytest.fail(str(error), pytrace=False)
