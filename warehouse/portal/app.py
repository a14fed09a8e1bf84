"""A Starlette application over the releases of one data home. It reads release folders and nothing else."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from warehouse.datapackage import LICENSES, MEDIA_TYPES
from warehouse.release_files import ReleasedFile, describe_file
from warehouse.releases import RELEASE_FILE, Release, list_releases, read_latest, read_release
from warehouse.settings import Settings

TEMPLATES = Path(__file__).parent / "templates"
# a version never changes; `latest` is asked for anew each time, and answered 304 while it is the same
FOREVER, ASK_AGAIN = "public, max-age=31536000, immutable", "public, no-cache"
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": ASK_AGAIN,
}


def create_app(settings: Settings) -> Starlette:
    """The portal: `/`, `/latest/<file>` and `/v/<version>/<file>`, for GET and HEAD.

    A file is served with the SHA-256 of its content as strong ETag. Only names that a release lists are served.
    """
    pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)

    def page(template: str, /, code: int = 200, **values: object) -> HTMLResponse:
        text = pages.get_template(template).render(province=settings.province.name, **values)
        return HTMLResponse(text, status_code=code, headers=PAGE_HEADERS)

    def home(_: Request) -> Response:
        release = read_latest(settings)
        sizes = {file.path: _size(file.bytes) for file in release.files} if release else {}
        older = [one for one in list_releases(settings) if not one.latest]
        return page("index.html", release=release, sizes=sizes, older=older, licenses=LICENSES)

    def latest_file(request: Request) -> Response:
        return _file(request, read_latest(settings), ASK_AGAIN)

    def version_file(request: Request) -> Response:
        return _file(request, read_release(settings, request.path_params["version"]), FOREVER)

    def not_found(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        allowed = error.headers if isinstance(error, HTTPException) else None
        response = page("error.html", status, status=status, reason=HTTPStatus(status).phrase, path=request.url.path)
        response.headers.update(allowed or {})
        return response

    return Starlette(
        routes=[
            Route("/", home),
            Route("/latest/{name}", latest_file),
            Route("/v/{version}/{name}", version_file),
        ],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], expose_headers=["ETag"])],
        exception_handlers={HTTPException: not_found},
    )


def _file(request: Request, release: Release | None, cache: str) -> Response:
    name = request.path_params["name"]
    file = _known_file(release, name) if release else None
    if release is None or file is None:
        raise HTTPException(status_code=404)
    etag = f'"{file.sha256}"'
    headers = {"ETag": etag, "Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    if _has(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    suffix = Path(name).suffix
    return FileResponse(
        release.location / name,
        headers=headers,
        media_type=MEDIA_TYPES[suffix],
        filename=name,
        content_disposition_type="inline" if suffix == ".json" else "attachment",
    )


def _known_file(release: Release, name: str) -> ReleasedFile | None:
    if name == RELEASE_FILE:
        # it lists the others, so it cannot list itself
        return describe_file(release.location / RELEASE_FILE)
    return next((file for file in release.files if file.path == name), None)


def _has(if_none_match: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag in tags


def _size(count: int) -> str:
    """A file size as Vietnamese writes it: 1,2 MB."""
    size, unit = float(count), "B"
    for larger in ("KB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    text = f"{size:.0f}" if unit == "B" else f"{size:.1f}"
    return f"{text} {unit}".replace(".", ",")
