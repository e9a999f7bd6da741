"""Router: which target gets a request, what that target sees, and what the others never hear of."""

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


def telling(name: str) -> asgi_lambda.Adapter:
    """An ASGI app that answers with its name and with what it sees."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen = [name, scope["root_path"], scope["path"], scope["raw_path"].decode()]
        seen.append(scope["aws.path_parameters"])
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": json.dumps(seen).encode()})

    return asgi_lambda.Adapter(app, lifespan="off")


def telling_wsgi(name: str) -> wsgi_lambda.Adapter:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen = [name, environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["REQUEST_URI"]]
        seen.append(environ["aws.path_parameters"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(seen).encode()]

    return wsgi_lambda.Adapter(app)


def asked(router: Router, path: str, front: str = "http-api", **options: Any) -> Any:
    method = options.pop("method", "GET")
    reply = Client(router, front, **options).request(method, path)
    return reply.json() if reply.status_code == 200 else (reply.status_code, reply.json())


NOT_FOUND = (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    ("path", "seen"),
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
def test_a_path_leads_to_its_target_and_stays_as_it_is(path: str, seen: Any) -> None:
    router = Router()
    router.route("/users", telling("all"))
    router.route("/users/{id}", telling("one"))
    router.route("/users/{proxy+}", telling("rest"))
    router.mount("/hooks/stripe", telling("hook"))

    assert asked(router, path, "function-url") == seen


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
@pytest.mark.parametrize("tell", [telling, telling_wsgi])
def test_every_source_is_routed(source: Any, tell: Any) -> None:
    router = Router()
    router.mount("/hooks/stripe", tell("hook"))
    router.route("/users/{id}", tell("user"))
    client = Client(router, source)

    assert client.get("/hooks/stripe/x").json()[:2] == ["hook", "/hooks/stripe"]
    assert client.get("/users/7").json()[-1] == {"id": "7"}
    assert client.get("/nothing").status_code == 404


def test_a_mount_is_added_to_the_stage() -> None:
    router = Router()
    router.mount("/hooks", telling_wsgi("hook"))

    for front in ("rest-api", "http-api"):
        seen = asked(router, "/hooks/a", front, stage="prod")
        assert seen == ["hook", "/prod/hooks", "/a", "/prod/hooks/a", {}]


def test_a_mount_whose_slash_was_encoded_shows_the_app_one_consistent_path() -> None:
    router = Router()
    router.mount("/hooks/stripe", telling_wsgi("hook"))

    assert asked(router, "/hooks%2Fstripe/a%20b", "function-url") == [
        "hook", "/hooks/stripe", "/a b", "/hooks/stripe/a%20b", {}
    ]  # fmt: skip


def test_a_mount_that_clashes_adds_nothing() -> None:
    router = Router()
    router.route("/u/{proxy+}", telling("route"))

    with pytest.raises(ConfigurationError):
        router.mount("/u", telling("mount"))

    assert asked(router, "/u") == NOT_FOUND
    assert asked(router, "/u/x")[0] == "route"


def test_all_below_a_mount_is_its_own_empty_parts_as_well() -> None:
    router = Router(telling("default"))
    router.mount("/x", telling_wsgi("mount"))

    assert asked(router, "/x//", "function-url")[:3] == ["mount", "/x", "//"]
    assert asked(router, "/x//y", "function-url")[:3] == ["mount", "/x", "//y"]


def test_methods_may_be_any_iterable() -> None:
    router = Router()
    router.route("/a", telling("a"), (method for method in ["GET"]))  # type: ignore[arg-type]

    assert asked(router, "/a")[0] == "a"


def test_a_router_takes_sources_of_ones_own() -> None:
    class Own:
        def __getattr__(self, name: str) -> Any:
            return getattr(source_by_name("load_balancer"), name)

        def matches(self, event: Any) -> bool:
            return "mine" in event

        def request_from_event(self, event: Any) -> Request:
            return Request(path="/mine", raw_path="/mine")

    router = Router(telling("default"), sources=[Own()])

    assert json.loads(router({"mine": 1})["body"])[2] == "/mine"
    with pytest.raises(ConfigurationError):
        Router(sources=[7])  # type: ignore[list-item]


def test_hosts_come_before_paths_and_the_default_behind_all() -> None:
    router = Router(telling("default"))
    router.host("Hooks.Example.com", telling("hooks"))
    router.route("/a", telling("path"))
    hooks = {"base_url": "https://hooks.example.com:8443"}

    assert asked(router, "/a", **hooks)[0] == "hooks"
    assert asked(router, "/a", base_url="https://hooks.example.com.")[0] == "hooks"
    assert asked(router, "/a")[0] == "path"
    assert asked(router, "/b")[0] == "default"


def test_methods_choose_and_the_wrong_one_gets_405_with_those_that_are_allowed() -> None:
    router = Router()
    router.route("/users", telling("read"), methods=["GET", "HEAD"])
    router.route("/users", telling("write"), methods=["POST"])
    client = Client(router, "http-api")

    assert client.get("/users").json()[0] == "read"
    assert client.post("/users").json()[0] == "write"
    refused = client.delete("/users")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST")
    assert refused.json() == {"message": "Method Not Allowed"}


def test_a_method_that_a_worse_pattern_allows_goes_there() -> None:
    router = Router()
    router.route("/users", telling("read"), methods=["GET"])
    router.route("/{proxy+}", telling("rest"))

    assert asked(router, "/users", method="POST")[0] == "rest"


def test_a_head_request_for_nothing_has_no_body() -> None:
    response = Router()(source_by_name("http_api").event_from_request(Request("HEAD"), Front()))

    assert (response["statusCode"], response["body"]) == (404, "")


def test_routers_nest_and_an_inner_one_does_not_give_back() -> None:
    inner = Router()
    inner.route("/users/{id}", telling("inner"))
    deeper = Router()
    deeper.mount("/v1", inner)
    outer = Router(telling("default"))
    outer.mount("/api", deeper)

    assert asked(outer, "/api/v1/users/7", "function-url") == [
        "inner", "/api/v1", "/api/v1/users/7", "/api/v1/users/7", {"id": "7"}
    ]  # fmt: skip
    assert asked(outer, "/api/v1/nothing") == NOT_FOUND
    assert asked(outer, "/other")[0] == "default"


def test_the_parameters_of_nested_routes_add_up() -> None:
    inner = Router()
    inner.route("/{tenant}/users/{id}", telling("inner"))
    outer = Router()
    outer.route("/{tenant}/{rest+}", inner)

    assert asked(outer, "/acme/users/7")[-1] == {"tenant": "acme", "rest": "users/7", "id": "7"}


def test_a_plain_function_gets_the_event_and_its_answer_is_passed_on_untouched() -> None:
    called = []

    def function(event: Any, context: Any) -> Any:
        called.append((event, context))
        return {"odd": ["answer"]}

    router = Router()
    router.route("/f", function)
    event = source_by_name("http_api").event_from_request(
        Request(raw_path="/f", path="/f"), Front()
    )
    context = object()

    assert router(event, context) == {"odd": ["answer"]}
    assert called == [(event, context)]
    assert called[0][0] is event


def test_what_a_plain_function_raises_fails_the_invocation() -> None:
    def function(event: Any, context: Any) -> Any:
        raise LookupError("its own")

    router = Router(function)

    with pytest.raises(LookupError, match="its own"):
        router(source_by_name("http_api").event_from_request(Request(), Front()))


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Any:
    module = ModuleType("shop_of_this_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_a_target_by_name_is_imported_at_its_first_request(shop: Any) -> None:
    router = Router()
    router.route("/shop", "shop_of_this_test:handlers.web")
    router.route("/other", telling("other"))

    assert asked(router, "/other")[0] == "other"
    shop.handlers = ModuleType("handlers")
    shop.handlers.web = telling("shop")
    assert asked(router, "/shop")[0] == "shop"
    del shop.handlers
    assert asked(router, "/shop")[0] == "shop"


@pytest.mark.parametrize(
    ("place", "found", "said"),
    [
        ("nowhere_at_all:handler", None, "to import the target of /shop from 'nowhere_at_all:hand"),
        ("shop_of_this_test:missing", None, "to import the target of /shop from 'shop_of_this_te"),
        ("shop_of_this_test:thing", 7, "Expected the target of /shop at 'shop_of_this_test:thing'"),
        ("shop_of_this_test:thing", "a:b", "Expected a handler at 'shop_of_this_test:thing', got"),
    ],
)
def test_a_target_that_cannot_be_imported_is_a_500_and_a_line_in_the_log(
    place: str, found: Any, said: str, shop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shop.thing = found
    router = Router()
    router.route("/shop", place)

    assert Client(router, "http-api").get("/shop").status_code == 500
    assert said in caplog.messages[0]


def flask_like(environ: Any, start_response: Any) -> Any:
    raise AssertionError("called")


async def coroutine(event: Any, context: Any) -> Any:
    raise AssertionError("called")


async def fastapi_like(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("called")


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (lambda r: r.route("users", telling("x")), "got 'users': it does not begin with a slash."),
        (lambda r: r.route("/{a+}/{b+}", telling("x")), "only the last part may be greedy"),
        (lambda r: r.route("/here", telling("x")), "got '/here' and '/here', which"),
        (lambda r: r.route("/hook/{any+}", telling("x")), "'/hook/{proxy+}' and '/hook/{any+}'"),
        (lambda r: r.mount("/greedy", telling("x")), "'/greedy/{rest+}' and '/greedy', which"),
        (lambda r: r.mount("/a//b", telling("x")), "without parameters, got '/a//b'."),
        (lambda r: r.route("/x", coroutine), "got a coroutine function, which Lambda would"),
        (lambda r: r.mount("/hook", telling("x")), "got '/hook' and '/hook', which match"),
        (lambda r: r.mount("hook", telling("x")), "without parameters, got 'hook'."),
        (lambda r: r.mount("/", telling("x")), "without parameters, got '/'."),
        (lambda r: r.mount("/{a}", telling("x")), "without parameters, got '/{a}'."),
        (lambda r: r.host("A.example", telling("x")), "got 'a.example' twice."),
        (lambda r: r.host("https://h.example/", telling("x")), "without a port, got 'https://h.ex"),
        (lambda r: r.host("h.example:8443", telling("x")), "without a port, got 'h.example:8443'."),
        (lambda r: r.host("", telling("x")), "without a port, got ''."),
        (lambda r: r.route("/x", flask_like), "got function. For an app: Adapter(app)."),
        (lambda r: r.route("/x", fastapi_like), "got function. For an app: Adapter(app)."),
        (lambda r: r.route("/x", 7), "got int."),
        (lambda r: r.route("/x", "app.main"), "as \"package.module:handler\", got 'app.main'."),
        (lambda r: r.route("/x", telling("x"), "GET"), "or None for any, got 'GET'."),
        (lambda r: r.route("/x", telling("x"), []), "or None for any, got ()."),
        (lambda r: r.route("/x", telling("x"), ["get"]), "or None for any, got ('get',)."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_when_it_is_added(add: Any, message: str) -> None:
    router = Router()
    router.route("/here", telling("x"))
    router.route("/greedy/{rest+}", telling("x"))
    router.mount("/hook", telling("x"))
    router.host("a.example", telling("x"))

    with pytest.raises(ConfigurationError) as caught:
        add(router)

    assert message in str(caught.value)


def test_starting_and_stopping_reach_every_target_that_is_there() -> None:
    lived = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            lived.append((await receive())["type"])
            await send({"type": "lifespan.startup.complete"})
            lived.append((await receive())["type"])
            await send({"type": "lifespan.shutdown.complete"})

    inner = Router(asgi_lambda.Adapter(app))
    router = Router("not_imported_yet:handler")
    router.mount("/a", inner)
    router.mount("/b", lambda event, context: None)
    router.host("c.example", wsgi_lambda.Adapter(flask_like))

    assert router({"source": "serverless-plugin-warmup"}) == {}
    assert lived == ["lifespan.startup"]
    router.stop()
    assert lived == ["lifespan.startup", "lifespan.shutdown"]


def test_a_function_built_in_c_may_be_a_target() -> None:
    """It does not say what it takes."""
    router = Router()
    router.route("/max", max)

    with pytest.raises(TypeError):
        router(
            source_by_name("http_api").event_from_request(
                Request(raw_path="/max", path="/max"), Front()
            )
        )


def test_a_handler_of_ones_own_takes_no_triggers() -> None:
    class Own(Handler):
        def respond(self, request: Any, call: Any, sink: Any) -> None:
            raise AssertionError("called")

    for handler in (Own(), Router(Own())):
        with pytest.raises(UnknownEvent):
            handler({"Records": [{"eventSource": "aws:sqs"}]})


def test_a_reply_that_is_too_large_is_a_500_behind_a_router_as_well() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 7_000_000})

    router = Router(asgi_lambda.Adapter(app, lifespan="off"))

    assert Client(router, "http-api").get("/").status_code == 500
    strict = Router(Router(asgi_lambda.Adapter(app, lifespan="off", raise_on_statuses=(500,))))
    with pytest.raises(FailedStatus):
        strict(source_by_name("http_api").event_from_request(Request(), Front()))


def test_an_adapters_options_hold_behind_a_router() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("of the app")

    router = Router(asgi_lambda.Adapter(app, lifespan="off", raise_on_statuses=(500,)))

    with pytest.raises(FailedStatus):
        router(source_by_name("http_api").event_from_request(Request(), Front()))
