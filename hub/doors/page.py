"""The page: hashed assets for ever, index.html never, precompressed files, and a strict Content-Security-Policy."""

import mimetypes
from pathlib import Path

from aiohttp import web

# Emotion (MUI) sets one empty style element; its hash is that of the empty string.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {EMPTY_STYLE}",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOT_BUILT = "The page is not built yet. Run `python3 run.py`, or `npm run build` in frontend/web."


def add_page(app: web.Application, folder: Path) -> None:
    """Serve a built page. The root and every address without a file is index.html, so that links into it work."""
    root = folder.resolve()
    mimetypes.add_type("application/manifest+json", ".webmanifest")

    async def asset(request: web.Request) -> web.StreamResponse:
        path = _inside(root, f"assets/{request.match_info['name']}")
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"})

    async def index(request: web.Request) -> web.StreamResponse:
        path = _inside(root, request.match_info["rest"]) or _inside(root, "index.html")
        if path is None:
            return web.Response(status=503, text=NOT_BUILT, headers=HEADERS)
        return web.FileResponse(path, headers={**HEADERS, "Cache-Control": "no-cache"})

    app.router.add_get("/assets/{name:.+}", asset)
    app.router.add_get("/{rest:.*}", index)


def _inside(root: Path, name: str) -> Path | None:
    """The file of that name below the folder, and nowhere else."""
    if "\0" in name:
        return None
    path = (root / name).resolve()
    return path if path.is_relative_to(root) and path.is_file() else None
