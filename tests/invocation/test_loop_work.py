"""Work for an event loop: it finishes once, and a caller waits until then."""

import asyncio

import pytest

from asgi_lambda import Adapter
from asgi_lambda.cycle import AsgiCycle
from lambda_adapters import Request
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.loop_work import CoroutineWork, Work, run_here
from lambda_adapters.sources.api_gateway import http_api
from tests import event_builders


async def do_nothing() -> None: ...


def create_cycle() -> AsgiCycle:
    async def app(scope: object, receive: object, send: object) -> None: ...

    event = event_builders.http_api()
    invocation = Invocation(event, None, http_api)
    return AsgiCycle(Adapter(app, lifespan="off"), Request(), invocation, None)


@pytest.mark.parametrize("work", [CoroutineWork(do_nothing), create_cycle()])
def test_work_finishes_once(work: Work) -> None:
    calls: list[bool] = []
    work.on_finish = lambda: calls.append(work.finished)

    work.finish()
    work.finish()

    assert (calls, work.finished) == ([True], True)


@pytest.mark.parametrize("work", [CoroutineWork(do_nothing), create_cycle()])
def test_work_without_a_callback_only_finishes(work: Work) -> None:
    work.finish()

    assert work.finished


def test_a_caller_waits_until_the_work_finishes_and_reads_its_error() -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise ValueError("the reason")

    work = CoroutineWork(fail)
    asyncio.run(run_here(work))

    assert work.finished
    assert isinstance(work.error, ValueError)
