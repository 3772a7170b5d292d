"""aiohttp with one handler and nothing behind it: `python -m tests.bench.bare <bytes of its answer>`."""

import asyncio
import json
import sys

from aiohttp import web


async def main(size: int) -> None:
    body = json.dumps({"text": "x" * max(0, size - 12)})

    async def answer(request: web.Request) -> web.Response:
        if request.can_read_body:
            await request.json()
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
