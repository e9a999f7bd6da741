"""Router: which target gets a request, with which paths and parameters."""

import json
import sys
from types import ModuleType
from typing import Any

import pytest

import asgi_lambda
import wsgi_lambda
from lambda_adapters import ConfigurationError, FailedStatus, Front, Request, UnknownEvent
from lambda_adapters.invocation.handler import Handler
from lambda_adapters.local import Client
from lambda_adapters.routing.router import Router
from lambda_adapters.sources.registry import all_sources, source_by_name


def asgi_handler(name: str) -> asgi_lambda.Adapter:
    """An Adapter of an ASGI app that replies with its name, its paths and its path parameters."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        answer = [name, scope["root_path"], scope["path"], scope["raw_path"].decode()]
        answer.append(scope["aws.path_parameters"])
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    return asgi_lambda.Adapter(app, lifespan="off")


def wsgi_handler(name: str) -> wsgi_lambda.Adapter:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        answer = [name, environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["REQUEST_URI"]]
        answer.append(environ["aws.path_parameters"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    return wsgi_lambda.Adapter(app)


def send_request(router: Router, path: str, front: str = "http-api", **options: Any) -> Any:
    method = options.pop("method", "GET")
    reply = Client(router, front, **options).request(method, path)
    return reply.json() if reply.status_code == 200 else (reply.status_code, reply.json())


NOT_FOUND = (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/users", ["all", "", "/users", "/users", {}]),
        ("/users/7", ["one", "", "/users/7", "/users/7", {"id": "7"}]),
        ("/users/a%20b", ["one", "", "/users/a b", "/users/a%20b", {"id": "a b"}]),
        ("/users/7/posts/1", ["rest", "", "/users/7/posts/1", "/users/7/posts/1",
                              {"proxy": "7/posts/1"}]),
        ("/hooks/stripe", ["hook", "/hooks/stripe", "/hooks/stripe/", "/hooks/stripe/", {}]),
        ("/hooks/stripe/", ["hook", "/hooks/stripe", "/hooks/stripe/", "/hooks/stripe/", {}]),
        ("/hooks/stripe/a%20b", ["hook", "/hooks/stripe", "/hooks/stripe/a b",
                                 "/hooks/stripe/a%20b", {}]),
        ("/hooks/stripes", NOT_FOUND),
        ("/hooks", NOT_FOUND),
        ("/", NOT_FOUND),
    ],
)  # fmt: skip
def test_a_request_reaches_the_target_of_its_path(path: str, answer: Any) -> None:
    router = Router()
    router.route("/users", asgi_handler("all"))
    router.route("/users/{id}", asgi_handler("one"))
    router.route("/users/{proxy+}", asgi_handler("rest"))
    router.mount("/hooks/stripe", asgi_handler("hook"))

    assert send_request(router, path, "function-url") == answer


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
@pytest.mark.parametrize("make_handler", [asgi_handler, wsgi_handler])
def test_requests_of_every_source_are_routed(source: Any, make_handler: Any) -> None:
    router = Router()
    router.mount("/hooks/stripe", make_handler("hook"))
    router.route("/users/{id}", make_handler("user"))
    client = Client(router, source)

    assert client.get("/hooks/stripe/x").json()[:2] == ["hook", "/hooks/stripe"]
    assert client.get("/users/7").json()[-1] == {"id": "7"}
    assert client.get("/nothing").status_code == 404


def test_the_root_path_is_the_stage_and_the_mount() -> None:
    router = Router()
    router.mount("/hooks", wsgi_handler("hook"))

    for front in ("rest-api", "http-api"):
        answer = send_request(router, "/hooks/a", front, stage="prod")
        assert answer == ["hook", "/prod/hooks", "/a", "/prod/hooks/a", {}]


def test_an_encoded_slash_in_a_mount_prefix_is_decoded() -> None:
    router = Router()
    router.mount("/hooks/stripe", wsgi_handler("hook"))

    assert send_request(router, "/hooks%2Fstripe/a%20b", "function-url") == [
        "hook", "/hooks/stripe", "/a b", "/hooks/stripe/a%20b", {}
    ]  # fmt: skip


def test_a_mount_that_conflicts_with_a_route_adds_nothing() -> None:
    router = Router()
    router.route("/u/{proxy+}", asgi_handler("route"))

    with pytest.raises(ConfigurationError):
        router.mount("/u", asgi_handler("mount"))

    assert send_request(router, "/u") == NOT_FOUND
    assert send_request(router, "/u/x")[0] == "route"


def test_a_mount_gets_paths_with_empty_segments() -> None:
    router = Router(asgi_handler("default"))
    router.mount("/x", wsgi_handler("mount"))

    assert send_request(router, "/x//", "function-url")[:3] == ["mount", "/x", "//"]
    assert send_request(router, "/x//y", "function-url")[:3] == ["mount", "/x", "//y"]


def test_methods_can_be_any_iterable() -> None:
    router = Router()
    router.route("/a", asgi_handler("a"), (method for method in ["GET"]))  # type: ignore[arg-type]

    assert send_request(router, "/a")[0] == "a"


def test_a_router_accepts_custom_sources() -> None:
    class Custom:
        def __getattr__(self, name: str) -> Any:
            return getattr(source_by_name("load_balancer"), name)

        def matches(self, event: Any) -> bool:
            return "mine" in event

        def request_from_event(self, event: Any) -> Request:
            return Request(path="/mine", raw_path="/mine")

    router = Router(asgi_handler("default"), sources=[Custom()])

    assert json.loads(router({"mine": 1})["body"])[2] == "/mine"
    with pytest.raises(ConfigurationError):
        Router(sources=[7])  # type: ignore[list-item]


def test_hosts_come_before_paths_and_the_default_comes_last() -> None:
    router = Router(asgi_handler("default"))
    router.host("Hooks.Example.com", asgi_handler("hooks"))
    router.route("/a", asgi_handler("path"))
    hooks = {"base_url": "https://hooks.example.com:8443"}

    assert send_request(router, "/a", **hooks)[0] == "hooks"
    assert send_request(router, "/a", base_url="https://hooks.example.com.")[0] == "hooks"
    assert send_request(router, "/a")[0] == "path"
    assert send_request(router, "/b")[0] == "default"


def test_routes_select_by_method_and_other_methods_get_405() -> None:
    router = Router()
    router.route("/users", asgi_handler("read"), methods=["GET", "HEAD"])
    router.route("/users", asgi_handler("write"), methods=["POST"])
    client = Client(router, "http-api")

    assert client.get("/users").json()[0] == "read"
    assert client.post("/users").json()[0] == "write"
    response = client.delete("/users")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")
    assert response.json() == {"message": "Method Not Allowed"}


def test_a_less_specific_pattern_gets_the_methods_that_a_better_one_does_not_allow() -> None:
    router = Router()
    router.route("/users", asgi_handler("read"), methods=["GET"])
    router.route("/{proxy+}", asgi_handler("rest"))

    assert send_request(router, "/users", method="POST")[0] == "rest"


def test_a_404_in_reply_to_head_has_no_body() -> None:
    response = Router()(source_by_name("http_api").event_from_request(Request("HEAD"), Front()))

    assert (response["statusCode"], response["body"]) == (404, "")


def test_an_inner_router_gives_404_instead_of_the_outer_default() -> None:
    inner = Router()
    inner.route("/users/{id}", asgi_handler("inner"))
    deeper = Router()
    deeper.mount("/v1", inner)
    outer = Router(asgi_handler("default"))
    outer.mount("/api", deeper)

    assert send_request(outer, "/api/v1/users/7", "function-url") == [
        "inner", "/api/v1", "/api/v1/users/7", "/api/v1/users/7", {"id": "7"}
    ]  # fmt: skip
    assert send_request(outer, "/api/v1/nothing") == NOT_FOUND
    assert send_request(outer, "/other")[0] == "default"


def test_the_parameters_of_nested_routes_are_merged() -> None:
    inner = Router()
    inner.route("/{tenant}/users/{id}", asgi_handler("inner"))
    outer = Router()
    outer.route("/{tenant}/{rest+}", inner)

    assert send_request(outer, "/acme/users/7")[-1] == {
        "tenant": "acme",
        "rest": "users/7",
        "id": "7",
    }


def test_a_plain_function_gets_the_event_and_returns_the_response_unchanged() -> None:
    calls = []

    def function(event: Any, context: Any) -> Any:
        calls.append((event, context))
        return {"odd": ["answer"]}

    router = Router()
    router.route("/f", function)
    event = source_by_name("http_api").event_from_request(
        Request(raw_path="/f", path="/f"), Front()
    )
    context = object()

    assert router(event, context) == {"odd": ["answer"]}
    assert calls == [(event, context)]
    assert calls[0][0] is event


def test_an_exception_of_a_plain_function_fails_the_invocation() -> None:
    def function(event: Any, context: Any) -> Any:
        raise LookupError("its own")

    router = Router(function)

    with pytest.raises(LookupError, match="its own"):
        router(source_by_name("http_api").event_from_request(Request(), Front()))


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty module that can be imported as `shop_of_this_test`."""
    module = ModuleType("shop_of_this_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_a_target_given_by_name_is_imported_at_its_first_request(shop: Any) -> None:
    router = Router()
    router.route("/shop", "shop_of_this_test:handlers.web")
    router.route("/other", asgi_handler("other"))

    assert send_request(router, "/other")[0] == "other"
    shop.handlers = ModuleType("handlers")
    shop.handlers.web = asgi_handler("shop")
    assert send_request(router, "/shop")[0] == "shop"
    del shop.handlers
    assert send_request(router, "/shop")[0] == "shop"


@pytest.mark.parametrize(
    ("location", "found", "message"),
    [
        ("nowhere_at_all:handler", None, "to import the target of /shop from 'nowhere_at_all:hand"),
        ("shop_of_this_test:missing", None, "to import the target of /shop from 'shop_of_this_te"),
        ("shop_of_this_test:thing", 7, "Expected the target of /shop at 'shop_of_this_test:thing'"),
        ("shop_of_this_test:thing", "a:b", "Expected a handler at 'shop_of_this_test:thing', got"),
    ],
)
def test_a_target_that_cannot_be_imported_gives_500_and_a_log_line(
    location: str, found: Any, message: str, shop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shop.thing = found
    router = Router()
    router.route("/shop", location)

    assert Client(router, "http-api").get("/shop").status_code == 500
    assert message in caplog.messages[0]


def wsgi_app(environ: Any, start_response: Any) -> Any:
    raise AssertionError("called")


async def coroutine(event: Any, context: Any) -> Any:
    raise AssertionError("called")


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("called")


TARGET = asgi_handler("x")


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (lambda r: r.route("users", TARGET), "got 'users': it does not begin with a slash."),
        (lambda r: r.route("/{a+}/{b+}", TARGET), "only the last part may be greedy"),
        (lambda r: r.route("/here", TARGET), "got '/here' and '/here', which"),
        (lambda r: r.route("/hook/{any+}", TARGET), "'/hook/{proxy+}' and '/hook/{any+}'"),
        (lambda r: r.mount("/greedy", TARGET), "'/greedy/{rest+}' and '/greedy', which"),
        (lambda r: r.mount("/a//b", TARGET), "without parameters, got '/a//b'."),
        (lambda r: r.route("/x", coroutine), "got a coroutine function, which Lambda would"),
        (lambda r: r.mount("/hook", TARGET), "got '/hook' and '/hook', which match"),
        (lambda r: r.mount("hook", TARGET), "without parameters, got 'hook'."),
        (lambda r: r.mount("/", TARGET), "without parameters, got '/'."),
        (lambda r: r.mount("/{a}", TARGET), "without parameters, got '/{a}'."),
        (lambda r: r.host("A.example", TARGET), "got 'a.example' twice."),
        (lambda r: r.host("https://h.example/", TARGET), "without a port, got 'https://h.ex"),
        (lambda r: r.host("h.example:8443", TARGET), "without a port, got 'h.example:8443'."),
        (lambda r: r.host("", TARGET), "without a port, got ''."),
        (lambda r: r.route("/x", wsgi_app), "got function. For an app: Adapter(app)."),
        (lambda r: r.route("/x", asgi_app), "got function. For an app: Adapter(app)."),
        (lambda r: r.route("/x", 7), "got int."),
        (lambda r: r.route("/x", "app.main"), "as \"package.module:handler\", got 'app.main'."),
        (lambda r: r.route("/x", TARGET, "GET"), "or None for any, got 'GET'."),
        (lambda r: r.route("/x", TARGET, []), "or None for any, got ()."),
        (lambda r: r.route("/x", TARGET, ["get"]), "or None for any, got ('get',)."),
    ],
)  # fmt: skip
def test_an_invalid_route_raises_configuration_error_when_it_is_added(
    add: Any, message: str
) -> None:
    router = Router()
    router.route("/here", TARGET)
    router.route("/greedy/{rest+}", TARGET)
    router.mount("/hook", TARGET)
    router.host("a.example", TARGET)

    with pytest.raises(ConfigurationError) as error:
        add(router)

    assert message in str(error.value)


def test_start_and_stop_reach_every_imported_target() -> None:
    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            messages.append((await receive())["type"])
            await send({"type": "lifespan.startup.complete"})
            messages.append((await receive())["type"])
            await send({"type": "lifespan.shutdown.complete"})

    inner = Router(asgi_lambda.Adapter(app))
    router = Router("not_imported_yet:handler")
    router.mount("/a", inner)
    router.mount("/b", lambda event, context: None)
    router.host("c.example", wsgi_lambda.Adapter(wsgi_app))

    assert router({"source": "serverless-plugin-warmup"}) == {}
    assert messages == ["lifespan.startup"]
    router.stop()
    assert messages == ["lifespan.startup", "lifespan.shutdown"]


def test_a_builtin_function_can_be_a_target() -> None:
    """A builtin may have no signature."""
    router = Router()
    router.route("/max", max)

    with pytest.raises(TypeError):
        router(
            source_by_name("http_api").event_from_request(
                Request(raw_path="/max", path="/max"), Front()
            )
        )


def test_a_custom_handler_gets_no_triggers() -> None:
    class Custom(Handler):
        def respond(self, request: Any, call: Any, sink: Any) -> None:
            raise AssertionError("called")

    for handler in (Custom(), Router(Custom())):
        with pytest.raises(UnknownEvent):
            handler({"Records": [{"eventSource": "aws:sqs"}]})


def test_a_too_large_reply_through_a_router_gives_500() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 7_000_000})

    router = Router(asgi_lambda.Adapter(app, lifespan="off"))

    assert Client(router, "http-api").get("/").status_code == 500
    strict = Router(Router(asgi_lambda.Adapter(app, lifespan="off", raise_on_statuses=(500,))))
    with pytest.raises(FailedStatus):
        strict(source_by_name("http_api").event_from_request(Request(), Front()))


def test_the_options_of_an_adapter_apply_in_a_router() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("of the app")

    router = Router(asgi_lambda.Adapter(app, lifespan="off", raise_on_statuses=(500,)))

    with pytest.raises(FailedStatus):
        router(source_by_name("http_api").event_from_request(Request(), Front()))
