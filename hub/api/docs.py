"""The page to try the API: Swagger UI, built beside the page of the playhouse, under a policy of its own."""

from pathlib import Path
from typing import Final

from aiohttp import web

from hub.doors.page import NOT_BUILT
from hub.keys import SETTINGS

FOLDER: Final = "api-docs"
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Its arrows and locks are drawings within the style sheet.
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
FILES: Final = ("index.html", "start.js", "start.css", "swagger-ui-bundle.js", "swagger-ui.css")


def add_docs(app: web.Application) -> None:
    """`/api/docs` and the files that it needs."""
    app.router.add_get("/api/docs", _page)
    app.router.add_get("/api/docs/{name}", _file)


async def _page(request: web.Request) -> web.StreamResponse:
    return _served(request, "index.html")


async def _file(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in FILES:
        raise web.HTTPNotFound
    return _served(request, name)


def _served(request: web.Request, name: str) -> web.StreamResponse:
    path = Path(request.app[SETTINGS].hub_page).resolve() / FOLDER / name
    if not path.is_file():
        return web.Response(status=503, text=NOT_BUILT, headers=HEADERS)
    return web.FileResponse(path, headers=HEADERS)
