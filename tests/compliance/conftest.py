"""One measurement for all of these tests: the servers start once."""

import pytest

from compliance.servers.measurement import Measured, measure
from compliance.servers.real_servers import CannotStart


@pytest.fixture(scope="session")
def measured() -> Measured:
    try:
        return measure()
    except CannotStart as error:
        pytest.fail(str(error), pytrace=False)
