"""A Django site for ASGI and WSGI: settings, URLs and views."""

import json as jsonlib
from collections.abc import AsyncIterator
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import include, path, re_path, reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.static import serve

from tests.frameworks import contract

settings.configure(
    ALLOWED_HOSTS=["shop.example"],
    DATABASES={},
    INSTALLED_APPS=["django.contrib.sessions"],
    LOGGING_CONFIG=None,  # pytest configures logging
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY=contract.SECRET,
    SESSION_COOKIE_SECURE=True,
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    STATIC_URL="static/",
)
django.setup()


def login(request: HttpRequest) -> HttpResponse:
    request.session["name"] = request.POST["name"]
    return HttpResponseRedirect(reverse("me"), status=303)


def logout(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return HttpResponse(status=204)


def me(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"name": request.session.get("name")})


def upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES["file"]
    return JsonResponse(
        contract.upload_reply(file.name, file.content_type, file.read(), request.POST["note"])
    )


def download(request: HttpRequest) -> HttpResponse:
    return FileResponse(
        contract.BYTES_FILE.open("rb"), as_attachment=True, filename=contract.DOWNLOAD_NAME
    )


def stream(request: HttpRequest) -> HttpResponse:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in contract.chunks():
            yield chunk

    # Django warns if the iterator is not of the kind that its handler uses.
    body = chunks() if isinstance(request, ASGIRequest) else contract.chunks()
    return StreamingHttpResponse(body, content_type="application/octet-stream")


def relative(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("me"))


def absolute(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(request.build_absolute_uri(reverse("me")))


def asset(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("static", args=["style.css"]))


def form(request: HttpRequest) -> HttpResponse:
    return JsonResponse(dict(request.POST.lists()))


def json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"got": jsonlib.loads(request.body)}, status=201)


def show_path(request: HttpRequest, rest: str) -> HttpResponse:
    if isinstance(request, ASGIRequest):
        raw_path = request.scope["raw_path"].decode()
    else:
        raw_path = request.META["RAW_URI"].partition("?")[0]
    return JsonResponse({"rest": rest, "raw_path": raw_path, "url": request.build_absolute_uri()})


def query(request: HttpRequest) -> HttpResponse:
    return JsonResponse(dict(request.GET.lists()))


async def url(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"url": request.build_absolute_uri()})


def set_cookies(request: HttpRequest) -> HttpResponse:
    response = HttpResponse()
    for name, value, attributes in contract.COOKIES:
        response.set_cookie(name, value, **attributes)
    return response


def cookies(request: HttpRequest) -> HttpResponse:
    return JsonResponse(request.COOKIES)


def boom(request: HttpRequest) -> HttpResponse:
    raise contract.ViewError("a secret")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseNotFound(contract.NOT_FOUND)


def sub_root(request: HttpRequest) -> HttpResponse:
    link = reverse("mounted:hello", args=["é"])
    return JsonResponse({"url": request.build_absolute_uri(), "link": link})


async def hello(request: HttpRequest, name: str) -> HttpResponse:
    return JsonResponse({"hello": name, "url": request.build_absolute_uri()})


def up(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("mounted:root"))


mounted: list[Any] = [
    path("", sub_root, name="root"),
    path("hello/<name>", hello, name="hello"),
    path("up", up),
]
urlpatterns: list[Any] = [
    path("login", require_POST(login)),
    path("logout", require_POST(logout)),
    path("me", me, name="me"),
    path("upload", require_POST(upload)),
    path("download", download),
    path("stream", stream),
    path("go/relative", relative),
    path("go/absolute", absolute),
    path("go/asset", asset),
    path("form", require_POST(form)),
    path("json", require_POST(json)),
    path("path/<path:rest>", show_path),
    path("query", require_safe(query)),
    path("url", url),
    path("set-cookies", set_cookies),
    path("cookies", cookies),
    path("boom", boom),
    re_path("^static/(?P<path>.*)$", serve, {"document_root": contract.STATIC}, name="static"),
    path("sub/", include((mounted, "mounted"))),
]
handler404 = not_found
