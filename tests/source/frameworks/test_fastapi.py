"""FastAPI: whole paths, what handlers receive, what dependencies give."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from archwright.model.effect import Interpret, Load, Read
from archwright.model.value import Trust
from archwright.source.program import Program

Make = Callable[..., Program]
Dirty = Callable[[Program], list[Interpret]]
PerRow = Callable[[Program], set[str]]

HEAD = """
    import uuid
    from datetime import date
    from decimal import Decimal
    from enum import Enum
    from typing import Annotated, Any, Literal, Optional
    from fastapi import APIRouter, Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query, Request, UploadFile
    from fastapi import Security, WebSocket
    from fastapi.security import APIKeyHeader, HTTPBearer, OAuth2PasswordBearer
    from pydantic import BaseModel, Field, field_validator
    from sqlalchemy import create_engine, text

    app = FastAPI()
    engine = create_engine("postgresql://localhost/shop")
    oauth2 = OAuth2PasswordBearer(tokenUrl="token")

    class Kind(Enum):
        A = "a"

    class Name(str, Enum):
        B = "b"

    class Address(BaseModel):
        street: str
        number: int

    class Body_(BaseModel):
        name: str
        size: int
        key: uuid.UUID
        kind: Kind
        sort: Literal["a", "b"]
        code: str = Field(pattern="^[a-z]+$")
        checked: str
        address: Address
        others: list[Address] = []

        @field_validator("checked")
        @classmethod
        def check(cls, value):
            return value

    def run(sql):
        with engine.connect() as connection:
            connection.execute(text("SELECT " + str(sql)))

    def params(q: str, limit: int = 10):
        return {"q": q, "limit": limit}

    class Page:
        def __init__(self, sort: str, size: int = 5):
            self.sort = sort
            self.size = size

    def get_words():
        yield ["a", "b"]

    Words = Annotated[list, Depends(get_words)]
    Params = Annotated[dict, Depends(params)]
"""
DIRTY = {
    "query parameter": ('@app.get("/x")\ndef h(q: str):\n    run(q)', "query parameter 'q'"),
    "untyped": ('@app.get("/x")\ndef h(q):\n    run(q)', "query parameter 'q'"),
    "optional": ('@app.get("/x")\ndef h(q: Optional[str] = None):\n    run(q)', "query parameter 'q'"),
    "union": ('@app.get("/x")\ndef h(q: str | None = None):\n    run(q)', "query parameter 'q'"),
    "path parameter": ('@app.get("/x/{q}")\ndef h(q: str):\n    run(q)', "path parameter 'q'"),
    "path converter": ('@app.get("/x/{q:path}")\ndef h(q: str):\n    run(q)', "path parameter 'q'"),
    "Query()": ('@app.get("/x")\ndef h(q: str = Query("a", max_length=9)):\n    run(q)', "query parameter 'q'"),
    "list": (
        '@app.get("/x")\ndef h(q: list[str] = Query()):\n    for one in q:\n        run(one)',
        "query parameter 'q'",
    ),
    "Header": ('@app.get("/x")\ndef h(q: Annotated[str, Header()]):\n    run(q)', "request header 'q'"),
    "Cookie": ('@app.get("/x")\ndef h(q: Annotated[str | None, Cookie()] = None):\n    run(q)', "cookie 'q'"),
    "Form": ('@app.post("/x")\ndef h(q: Annotated[str, Form()]):\n    run(q)', "form field 'q'"),
    "file name": ('@app.post("/x")\ndef h(q: UploadFile):\n    run(q.filename)', "uploaded file 'q'"),
    "body field": ('@app.post("/x")\ndef h(b: Body_):\n    run(b.name)', "request body"),
    "nested body": ('@app.post("/x")\ndef h(b: Body_):\n    run(b.address.street)', "request body"),
    "list in a body": ('@app.post("/x")\ndef h(b: Body_):\n    run([o.street for o in b.others][0])', "request body"),
    "list of bodies": ('@app.post("/x")\ndef h(b: list[Address]):\n    run(b[0].street)', "request body"),
    "dumped body": ('@app.post("/x")\ndef h(b: Body_):\n    run(b.model_dump()["name"])', "request body"),
    "dict body": ('@app.post("/x")\ndef h(b: dict[str, Any]):\n    run(b["a"])', "request body"),
    "request query": ('@app.get("/x")\ndef h(r: Request):\n    run(r.query_params["q"])', "query parameter 'q'"),
    "request header": ('@app.get("/x")\ndef h(r: Request):\n    run(r.headers.get("q"))', "request header 'q'"),
    "request json": ('@app.get("/x")\nasync def h(r: Request):\n    run((await r.json())["q"])', "request body"),
    "dependency": (
        '@app.get("/x")\ndef h(p: Annotated[dict, Depends(params)]):\n    run(p["q"])',
        "query parameter 'q'",
    ),
    "old dependency": ('@app.get("/x")\ndef h(p: dict = Depends(params)):\n    run(p["q"])', "query parameter 'q'"),
    "alias": ('@app.get("/x")\ndef h(p: Params):\n    run(p["q"])', "query parameter 'q'"),
    "class": ('@app.get("/x")\ndef h(p: Annotated[Page, Depends()]):\n    run(p.sort)', "query parameter 'sort'"),
    "named class": ('@app.get("/x")\ndef h(p=Depends(Page)):\n    run(p.sort)', "query parameter 'sort'"),
    "dependency of one": (
        'def inner(p: Params):\n    return p["q"]\n\n@app.get("/x")\ndef h(p=Depends(inner)):\n    run(p)',
        "query parameter 'q'",
    ),
    "validated by hand": (
        '@app.get("/x")\ndef h(q: str):\n    run(Address.model_validate({"street": q, "number": 1}).street)',
        "query parameter 'q'",
    ),
    "websocket": ('@app.websocket("/x")\nasync def h(w: WebSocket):\n    run(await w.receive_text())', "message"),
    "added by call": (
        'def h(q: str):\n    run(q)\n\napp.add_api_route("/x", h, methods=["GET"])',
        "query parameter 'q'",
    ),
}
CLEAN = {
    "int": '@app.get("/x")\ndef h(q: int):\n    run(q)',
    "float": '@app.get("/x")\ndef h(q: float | None = None):\n    run(q)',
    "uuid": '@app.get("/x/{q}")\ndef h(q: uuid.UUID):\n    run(q)',
    "date": '@app.get("/x")\ndef h(q: Optional[date] = None):\n    run(q)',
    "decimal": '@app.get("/x")\ndef h(q: Annotated[Decimal, Query()]):\n    run(q)',
    "enum": '@app.get("/x")\ndef h(q: Kind):\n    run(q.value)',
    "text enum": '@app.get("/x")\ndef h(q: Name):\n    run(q)',
    "literal": '@app.get("/x")\ndef h(q: Literal["a", "b"]):\n    run(q)',
    "pattern": '@app.get("/x")\ndef h(q: Annotated[str, Query(pattern="^(a|b)$")]):\n    run(q)',
    "body number": '@app.post("/x")\ndef h(b: Body_):\n    run(b.size)',
    "body uuid": '@app.post("/x")\ndef h(b: Body_):\n    run(b.key)',
    "body literal": '@app.post("/x")\ndef h(b: Body_):\n    run(b.sort)',
    "body pattern": '@app.post("/x")\ndef h(b: Body_):\n    run(b.code)',
    "checked field": '@app.post("/x")\ndef h(b: Body_):\n    run(b.checked)',
    "nested number": '@app.post("/x")\ndef h(b: Body_):\n    run(b.address.number)',
    "dependency's number": '@app.get("/x")\ndef h(p: Params):\n    run(p["limit"])',
    "class's number": '@app.get("/x")\ndef h(p: Annotated[Page, Depends()]):\n    run(p.size)',
    "yielded constants": '@app.get("/x")\ndef h(words: Words):\n    run(words[0])',
    "made body": '@app.get("/x")\ndef h(q: str):\n    run(Address(street=q, number=q).number)',
}


def app(body: str) -> dict[str, str]:
    return {"main.py": textwrap.dedent(HEAD) + "\n" + body + "\n"}


@pytest.mark.parametrize("name", DIRTY)
def test_what_a_handler_receives_is_the_callers(name: str, program: Make, dirty_sql: Dirty) -> None:
    body, source = DIRTY[name]
    found = dirty_sql(program(app(body), Interpret))
    assert {origin.name for effect in found for origin in effect.text.origins if origin.name} == {source}


@pytest.mark.parametrize("name", CLEAN)
def test_types_that_let_nothing_dangerous_through(name: str, program: Make, dirty_sql: Dirty) -> None:
    assert dirty_sql(program(app(CLEAN[name]), Interpret)) == []


GUARDS = {
    "bearer": ("user=Depends(oauth2)", Trust.SIGNED_IN),
    "function below": ("user=Depends(get_user)", Trust.SIGNED_IN),
    "alias": ("user: CurrentUser", Trust.SIGNED_IN),
    "key": ("key: Annotated[str, Security(APIKeyHeader(name='k'))]", Trust.SIGNED_IN),
    "no guard": ("words: Words", Trust.ANYONE),
}


@pytest.mark.parametrize("name", GUARDS)
def test_who_can_call(name: str, program: Make, dirty_sql: Dirty) -> None:
    parameter, trust = GUARDS[name]
    body = (
        "def get_user(token: str = Depends(oauth2)):\n    return object()\n\n"
        "CurrentUser = Annotated[Any, Depends(get_user)]\n\n"
        f'@app.get("/x")\ndef h({parameter}, q: str = ""):\n    run(q)\n'
    )
    (effect,) = dirty_sql(program(app(body), Interpret))
    assert {origin.trust for origin in effect.text.origins} == {trust}


def test_a_guard_on_the_router(program: Make, dirty_sql: Dirty) -> None:
    body = (
        'router = APIRouter(dependencies=[Depends(HTTPBearer())])\n\n@router.get("/x")\ndef h(q: str):\n    run(q)\n\n'
        "app.include_router(router)\n"
    )
    (effect,) = dirty_sql(program(app(body), Interpret))
    assert {origin.trust for origin in effect.text.origins} == {Trust.SIGNED_IN}


def paths(program: Program) -> list[str]:
    return [str(operation) for operation in program.operations]


def test_paths_through_routers_of_other_files(program: Make) -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": """
            from fastapi import FastAPI
            from app.api import router as api
            from app.settings import settings

            app = FastAPI()
            app.include_router(api, prefix=settings.PREFIX)

            @app.get("/health")
            def health():
                return 1
        """,
        "app/settings.py": """
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                PREFIX: str = "/api/v1"

            settings = Settings()
        """,
        "app/api.py": """
            from fastapi import APIRouter
            from app import orders, users

            router = APIRouter()
            router.include_router(users.router, prefix="/users", tags=["users"])
            for each in (orders.router, orders.more):
                router.include_router(each)
        """,
        "app/users.py": """
            from fastapi import APIRouter

            router = APIRouter()

            @router.get("")
            def users():
                return []

            @router.api_route("/{user_id:path}/x", methods=["PUT", "PATCH"])
            def change(user_id: str):
                return user_id
        """,
        "app/orders.py": """
            from fastapi import APIRouter

            router = APIRouter(prefix="/orders")
            more = APIRouter(prefix="/more")

            @router.post("/{order_id}")
            def order(order_id: int):
                return order_id

            @more.get("/")
            @more.get("/all")
            def every():
                return []
        """,
    }
    assert paths(program(files)) == [
        "GET /api/v1/more/",
        "GET /api/v1/more/all",
        "GET /api/v1/users",
        "GET /health",
        "POST /api/v1/orders/{order_id}",
        "PUT|PATCH /api/v1/users/{user_id}/x",
    ]


def test_routers_made_in_functions_and_classes(program: Make) -> None:
    text = """
        from fastapi import APIRouter, FastAPI

        def create_app() -> FastAPI:
            app = FastAPI()
            router = APIRouter(prefix="/r")

            @router.get("/a")
            def a():
                return 1

            include(app, router)
            register(app)
            return app

        def include(application: FastAPI, each: APIRouter) -> None:
            application.include_router(each, prefix="/p")

        def register(app):
            @app.get("/b")
            def b():
                return 1

        class Own(APIRouter):
            pass

        class Items:
            def __init__(self):
                self.router = Own(prefix="/items")
                self.router.add_api_route("/c", self.c, methods=["DELETE"])

            def c(self):
                return 1
    """
    assert paths(program({"main.py": text})) == ["DELETE /items/c", "GET /b", "GET /p/r/a"]


def test_operations_reach_their_dependencies(program: Make) -> None:
    text = """
        from typing import Annotated
        from fastapi import Depends, FastAPI
        from sqlalchemy import create_engine, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

        app = FastAPI()
        make = sessionmaker(create_engine("postgresql://localhost/shop"))

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True)

        def get_db():
            db = make()
            try:
                yield db
            finally:
                db.close()

        Db = Annotated[Session, Depends(get_db)]

        def get_user(db: Db, key: int):
            return db.get(User, key)

        @app.get("/me")
        def me(user: Annotated[User, Depends(get_user)], db=Depends(get_db)):
            return db.scalars(select(User)).all()
    """
    found = program({"main.py": text}, Read)
    assert [(e.entity, e.unit) for e in found.effects if isinstance(e, Read)] == [
        ("User", "main.get_user"),
        ("User", "main.me"),
    ]
    assert found.operations_reaching("main.get_user") == ("GET /me",)
    assert found.operations_reaching("main.get_db") == ("GET /me",)


def test_a_row_that_a_dependency_fetched(program: Make, per_row: PerRow) -> None:
    text = """
        from fastapi import Depends, FastAPI
        from sqlalchemy import ForeignKey, select
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

        app = FastAPI()
        make = async_sessionmaker(create_async_engine("postgresql+asyncpg://localhost/shop"))

        class Base(DeclarativeBase):
            pass

        class Product(Base):
            __tablename__ = "product"
            id: Mapped[int] = mapped_column(primary_key=True)

        class Line(Base):
            __tablename__ = "line"
            order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), primary_key=True)
            product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
            product: Mapped[Product] = relationship()

        class Order(Base):
            __tablename__ = "order"
            id: Mapped[int] = mapped_column(primary_key=True)
            lines: Mapped[list[Line]] = relationship()

        async def get_db():
            async with make() as db:
                yield db

        async def get_order(order_id: int, db: AsyncSession = Depends(get_db)) -> Order:
            return (await db.execute(select(Order).where(Order.id == order_id))).scalar_one()

        @app.get("/orders/{order_id}")
        async def order(order: Order = Depends(get_order)):
            return [line.product.id for line in order.lines]
    """
    assert per_row(program({"main.py": text}, Load)) == {"lines.product"}


def test_operations_reach_dependencies_that_only_guard(program: Make) -> None:
    text = """
        from fastapi import APIRouter, Depends, FastAPI

        def limit():
            return check()

        def check():
            return 1

        router = APIRouter(dependencies=[Depends(limit)])

        @router.get("/x")
        def x():
            return 1

        app = FastAPI()
        app.include_router(router)
    """
    assert program({"main.py": text}).operations_reaching("main.check") == ("GET /x",)


SERIALISED = {
    "response_model": (
        '@app.get("/o", response_model=list[OrderOut])\ndef h(db: Db):\n    return db.scalars(QUERY).all()',
        True,
    ),
    "declared result": ('@app.get("/o")\ndef h(db: Db) -> list[OrderOut]:\n    return db.scalars(QUERY).all()', True),
    "in a page": (
        '@app.get("/o")\ndef h(db: Db) -> Page:\n    return Page(data=db.scalars(QUERY).all(), count=1)',
        True,
    ),
    "by hand": (
        '@app.get("/o")\ndef h(db: Db):\n    return [OrderOut.model_validate(o) for o in db.scalars(QUERY)]',
        True,
    ),
    "loaded": (
        '@app.get("/o")\ndef h(db: Db) -> list[OrderOut]:\n    return db.scalars(QUERY.options(joinedload(Order.customer))).all()',
        False,
    ),
    "flat": ('@app.get("/o", response_model=list[Flat])\ndef h(db: Db):\n    return db.scalars(QUERY).all()', False),
    "one row": ('@app.get("/o")\ndef h(db: Db) -> OrderOut:\n    return db.get(Order, 1)', False),
    "response_model=None": (
        '@app.get("/o", response_model=None)\ndef h(db: Db) -> list[OrderOut]:\n    return db.scalars(QUERY).all()',
        False,
    ),
}


@pytest.mark.parametrize("name", SERIALISED)
def test_the_answer_reads_relations_of_rows(name: str, program: Make, per_row: PerRow) -> None:
    head = """
        from typing import Annotated
        from fastapi import Depends, FastAPI
        from pydantic import BaseModel
        from sqlalchemy import ForeignKey, create_engine, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

        app = FastAPI()
        engine = create_engine("postgresql://localhost/shop")

        class Base(DeclarativeBase):
            pass

        class Customer(Base):
            __tablename__ = "customer"
            name: Mapped[str] = mapped_column(primary_key=True)

        class Order(Base):
            __tablename__ = "order"
            id: Mapped[int] = mapped_column(primary_key=True)
            customer_id: Mapped[str] = mapped_column(ForeignKey("customer.name"))
            customer: Mapped[Customer] = relationship()

        class Flat(BaseModel):
            id: int

        class CustomerOut(BaseModel):
            name: str

        class OrderOut(Flat):
            customer: CustomerOut | None

        class Page(BaseModel):
            data: list[OrderOut]
            count: int

        def get_db():
            with Session(engine) as db:
                yield db

        Db = Annotated[Session, Depends(get_db)]
        QUERY = select(Order)
    """
    body, found = SERIALISED[name]
    assert per_row(program({"main.py": textwrap.dedent(head) + "\n" + body + "\n"}, Load)) == (
        {"customer"} if found else set()
    )
