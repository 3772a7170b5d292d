"""Health: alive means that the loop turns; ready means that storage answers and the drain reads."""

import asyncio

from aiohttp import web

from contracts.storage import is_unavailable
from hub.keys import DRAIN, TABLES

PATIENCE_S = 2.0

routes = web.RouteTableDef()


@routes.get("/health/live")
async def live(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


@routes.get("/health/ready")
async def ready(request: web.Request) -> web.Response:
    parts = {"tables": await _tables_answer(request.app), "drain": request.app[DRAIN].is_well}
    is_ready = all(parts.values())
    body = {"status": "ok" if is_ready else "unavailable", "parts": parts}
    return web.json_response(body, status=200 if is_ready else 503)


async def _tables_answer(app: web.Application) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            pages = app[TABLES].channels.list_entities(results_per_page=1, select=["RowKey"]).by_page()
            async for _page in pages:
                break
    except Exception as error:
        if not is_unavailable(error):
            raise
        return False
    return True
