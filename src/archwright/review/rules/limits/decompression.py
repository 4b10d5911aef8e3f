"""`limits/decompression`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Decompress
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Trust, Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import sent, tainted


class Decompression(Rule):
    """Compressed data from outside is made whole in memory, without a limit to what comes out.

    Meant are the functions that decompress all at once, such as `zlib.decompress` and `gzip.decompress`, `GzipFile(...).read()` without
    a size, and a `decompressobj` outside of a loop that is not told how much to give. An object that is told how much
    (`zlib.decompressobj().decompress(data, max_length)`) and a stream that is read in parts are not.

    What a channel brings is reported with low confidence: who may send to it is not in the code.

    Why: deflate packs a thousand bytes into one. A request of a megabyte, within every limit of its size, becomes a
    gigabyte of memory, and the worker is killed with all that it serves.

    Instead: decompress with a limit, `zlib.decompressobj(wbits=31).decompress(data, LIMIT)`, and refuse what has an
    `unconsumed_tail`; or read a `GzipFile` in parts and count.

    Fine when: the data is signed, and the signature was checked before.

    Fix safety: no automatic fix. How much may come out is not in the code.
    """

    name = "limits/decompression"
    impact = Impact.MEDIUM
    cwe = "CWE-409"
    security = True
    which = Which.SENT
    bad = (
        example(
            "the body of a request",
            framework="flask",
            code="""
                import gzip
                import json
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/events")
                def events():
                    return {"count": len(json.loads(gzip.decompress(request.get_data())))}
            """,
        ),
        example(
            "a parameter that a helper unpacks",
            framework="fastapi",
            files={
                "packed.py": """
                    import base64
                    import zlib

                    def unpacked(text):
                        return zlib.decompress(base64.b64decode(text)).decode()
                """,
                "main.py": """
                    from fastapi import FastAPI
                    from packed import unpacked

                    app = FastAPI()

                    @app.get("/state")
                    def state(packed: str):
                        return {"state": unpacked(packed)}
                """,
            },
        ),
        example(
            "a file around the body, and an object that is not told how much",
            framework="starlette",
            code="""
                import gzip
                import io
                import zlib
                from starlette.applications import Starlette
                from starlette.responses import JSONResponse
                from starlette.routing import Route

                async def events(request):
                    with gzip.GzipFile(fileobj=io.BytesIO(await request.body())) as file:
                        return JSONResponse({"size": len(file.read())})

                async def state(request):
                    return JSONResponse({"size": len(zlib.decompressobj(31).decompress(await request.body()))})

                app = Starlette(routes=[Route("/events", events, methods=["POST"]), Route("/state", state, methods=["POST"])])
            """,
        ),
    )
    good = (
        example(
            "so much of a file, and parts that are counted",
            framework="starlette",
            code="""
                import gzip
                import io
                import zlib
                from starlette.applications import Starlette
                from starlette.responses import JSONResponse
                from starlette.routing import Route

                LIMIT = 1_000_000

                async def events(request):
                    with gzip.GzipFile(fileobj=io.BytesIO(await request.body())) as file:
                        return JSONResponse({"size": len(file.read(LIMIT))})

                async def state(request):
                    unpacker, size = zlib.decompressobj(31), 0
                    async for part in request.stream():
                        size += len(unpacker.decompress(part))
                        if size > LIMIT:
                            return JSONResponse({}, 413)
                    return JSONResponse({"size": size})

                app = Starlette(routes=[Route("/events", events, methods=["POST"]), Route("/state", state, methods=["POST"])])
            """,
        ),
        example(
            "no more than a limit comes out",
            framework="flask",
            code="""
                import zlib
                from flask import Flask, abort, request

                app = Flask(__name__)
                LIMIT = 1_000_000

                @app.post("/events")
                def events():
                    unpacker = zlib.decompressobj(wbits=31)
                    data = unpacker.decompress(request.get_data(), LIMIT)
                    if unpacker.unconsumed_tail:
                        abort(413)
                    return {"size": len(data)}
            """,
        ),
        example(
            "the service's own file",
            framework="fastapi",
            code="""
                import gzip
                from fastapi import FastAPI

                app = FastAPI()

                @app.get("/words")
                def words():
                    with open("words.gz", "rb") as file:
                        return gzip.decompress(file.read()).decode().split()
            """,
        ),
    )

    def check(self, effect: Decompress, reaching: Reaching) -> Iterator[Verdict]:
        found = sent(effect, effect.data, Use.DESERIALISE)
        yield from tainted(
            effect,
            effect.data,
            Use.DESERIALISE,
            reaching,
            message=f"{{it}} is decompressed by {effect.api}, without a limit to what comes out.",
            why="{who} can fill the memory of a worker with a small request{through}.",
            fix="Decompress with a limit (zlib.decompressobj().decompress(data, max_length)) and refuse what is more.",
            harm=f"{effect.api} makes it whole in memory",
            impact=Impact.MEDIUM,
            confidence=Confidence.LOW
            if found is not None and found.origin.trust is Trust.UNKNOWN
            else Confidence.MEDIUM,
            staff=Confidence.LOW,
        )
