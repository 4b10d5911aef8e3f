"""`limits/body`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.development import of_development
from archwright.model.effect import BodyLimit, Setting
from archwright.model.finding import Confidence, Impact
from archwright.review.beside import in_tests, in_tools
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps

_HUGE = 1 << 30
"""A GiB: some of them fill the memory of a machine."""
_STREAMS = (
    "stream_request_body",
    "iter_chunked",
    "iter_chunks",
    "iter_any",
    "readuntil",
    "Content-Length",
    "content_length",
)
"""Words of projects that take bodies in parts, or look at how large they are."""


class Body(Rule):
    """The limit of how large a request may be is taken away, where the server keeps requests in memory whole.

    Told of aiohttp's `client_max_size`, Tornado's `max_body_size` and Litestar's `request_max_body_size` where the code gives no limit, or
    one of a GiB and more, and no file of the project takes bodies in parts or looks at `Content-Length`. Servers that have no limit by
    default are not judged: a proxy before them usually has one.

    Why: a few large requests at once fill the memory, and the service ends for everybody.

    Instead: leave the default, or give the size of the largest request that is meant; take large files in parts.

    Fine when: a proxy before it has a limit.

    Fix safety: no automatic fix. How large requests are meant to be is not in the code.
    """

    name = "limits/body"
    impact = Impact.MEDIUM
    cwe = "CWE-770"
    security = True
    bad = (
        example(
            "no limit",
            framework="aiohttp",
            code="""
                from aiohttp import web

                async def upload(request):
                    return web.json_response({"size": len(await request.read())})

                app = web.Application(client_max_size=0)
                app.router.add_post("/upload", upload)
            """,
        ),
    )
    good = (
        example(
            "a limit that is larger than the default",
            framework="aiohttp",
            code="""
                from aiohttp import web

                async def upload(request):
                    return web.json_response({"size": len(await request.read())})

                app = web.Application(client_max_size=20 * 1024 * 1024)
                app.router.add_post("/upload", upload)
            """,
        ),
        example(
            "bodies are taken in parts",
            framework="aiohttp",
            code="""
                from aiohttp import web

                async def upload(request):
                    size = 0
                    async for part in request.content.iter_chunked(65536):
                        size += len(part)
                    return web.json_response({"size": size})

                app = web.Application(client_max_size=0)
                app.router.add_post("/upload", upload)
            """,
        ),
    )

    def check(self, effect: BodyLimit, program: Program) -> Iterator[Verdict]:
        path = effect.place.path
        if effect.context.setting is Setting.TEST or in_tests(path) or in_tools(path) or of_development(path):
            return
        if 0 < effect.most < _HUGE or program.mentions(_STREAMS):
            return
        size = f"{effect.most / _HUGE:.0f} GiB" if effect.most else "as large as their senders like"
        yield Verdict(
            message=f"Requests may be {size} by {effect.api}, and are kept in memory.",
            why="A few large requests at once fill the memory of the service.",
            fix="Give the size of the largest request that is meant.",
            impact=Impact.MEDIUM,
            confidence=Confidence.MEDIUM,
            trace=steps((effect.place, "the limit is given")),
        )
