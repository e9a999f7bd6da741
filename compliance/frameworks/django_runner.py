"""The runner for Django's suite: its own, with Lambda below the client and a record written."""

import unittest
from typing import Any

from django.test.runner import DiscoverRunner

from compliance.frameworks import django_transport
from compliance.frameworks.lambda_transport import transport_from_environment
from compliance.frameworks.outcomes import recorder

_transport = transport_from_environment()
if _transport is not None:
    django_transport.install(_transport)
_recorder = recorder()


class Result(unittest.TextTestResult):
    """Writes down each test when it is done; the worst of it and its subtests is its outcome."""

    def startTest(self, test: Any) -> None:  # noqa: N802 - unittest's name
        self._told = ("passed", "")
        self._before = _transport.carried if _transport else 0
        super().startTest(test)

    def stopTest(self, test: Any) -> None:  # noqa: N802
        carried = (_transport.carried if _transport else 0) - self._before
        _recorder.write(test.id(), *self._told, carried)
        super().stopTest(test)

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802
        self._told = ("failed", _why(err))
        if not hasattr(self, "_before"):  # a class's own set-up
            _recorder.write(test.id(), "error", _why(err), 0)
        super().addError(test, err)

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        self._told = ("failed", _why(err))
        super().addFailure(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        if err is not None:
            self._told = ("failed", _why(err))
        super().addSubTest(test, subtest, err)

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802
        self._told = ("skipped", reason)
        super().addSkip(test, reason)


class Runner(DiscoverRunner):  # type: ignore[misc] # Django has no types
    """Django's own, in one process."""

    def get_resultclass(self) -> type[Result]:
        return Result


def _why(err: Any) -> str:
    return f"{err[0].__name__}: {str(err[1])[:300]}"
