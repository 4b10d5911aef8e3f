"""`injection/ldap`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import tainted


class LdapInjection(Rule):
    """Data from outside becomes part of the filter or the base of a search in a directory.

    The data is followed through every function and file. What `escape_filter_chars` (ldap3, python-ldap), `filter_format` or a
    library's function for parts of a DN escaped is clean. What can't be followed is not reported.

    Why: `*`, `(` and `)` in the data are read as the author's. A sender gets entries that the filter was to hold back: where a filter
    decides who may sign in, `*` as a name or a password fits everyone.

    Instead: escape each part where it is put in, `f"(uid={escape_filter_chars(name)})"`, and a part of a DN with
    `escape_rdn` or `escape_dn_chars`.

    Fine when: the sender is meant to write filters, and may read all that the service's account may.

    Fix safety: no automatic fix. Whether a part stands in a filter or in a DN decides how it is escaped.
    """

    name = "injection/ldap"
    impact = Impact.CRITICAL
    cwe = "CWE-90"
    security = True
    which = Which.SENT
    bad = (
        example(
            "a name from a form in a filter of ldap3",
            framework="flask",
            code="""
                from flask import Flask, request
                from ldap3 import Connection, Server

                app = Flask(__name__)

                @app.post("/people")
                def people():
                    connection = Connection(Server("ldap.example.org"), auto_bind=True)
                    connection.search("ou=people,dc=example", "(cn=" + request.form["name"] + ")")
                    return {"found": len(connection.entries)}
            """,
        ),
        example(
            "a helper of python-ldap that formats the filter, in another file",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("people/<str:uid>/", views.person)]
                """,
                "views.py": """
                    from django.http import JsonResponse
                    from directory import find

                    def person(request, uid):
                        return JsonResponse({"found": bool(find(uid))})
                """,
                "directory.py": """
                    import ldap

                    def find(uid):
                        connection = ldap.initialize("ldap://ldap.example.org")
                        return connection.search_s("dc=example", ldap.SCOPE_SUBTREE, "(uid=%s)" % uid)
                """,
            },
        ),
        example(
            "the base of the search",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from ldap3 import Connection

                app = FastAPI()
                connection = Connection("ldap.example.org")

                @app.get("/groups/{unit}")
                def groups(unit: str):
                    connection.search(search_base=f"ou={unit},dc=example", search_filter="(objectClass=group)")
                    return [entry.entry_dn for entry in connection.entries]
            """,
        ),
    )
    good = (
        example(
            "escaped where it is put in",
            framework="flask",
            code="""
                from flask import Flask, request
                from ldap3 import Connection
                from ldap3.utils.conv import escape_filter_chars

                app = Flask(__name__)
                connection = Connection("ldap.example.org")

                @app.post("/people")
                def people():
                    name = escape_filter_chars(request.form["name"])
                    connection.search("ou=people,dc=example", f"(cn={name})")
                    return {"found": len(connection.entries)}
            """,
        ),
        example(
            "python-ldap's own formatting, and a number",
            framework="fastapi",
            code="""
                import ldap
                from fastapi import FastAPI
                from ldap.filter import filter_format

                app = FastAPI()
                connection = ldap.initialize("ldap://ldap.example.org")

                @app.get("/people/{number}")
                def people(number: int, name: str):
                    connection.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(employeeNumber={number})")
                    return connection.search_s("dc=example", ldap.SCOPE_SUBTREE, filter_format("(cn=%s)", [name]))
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching) -> Iterator[Verdict]:
        if effect.language is not Language.LDAP:
            return
        yield from tainted(
            effect,
            effect.text,
            Use.LDAP,
            reaching,
            message=f"{{it}} becomes part of the directory search that {effect.api} runs.",
            why="{who} can widen the search{through}, and get or pass for entries that it was to hold back.",
            fix="Escape each part where it is put in: escape_filter_chars in a filter, escape_rdn or escape_dn_chars in a DN.",
            harm=f"{effect.api} searches the directory",
            impact=Impact.CRITICAL,
        )
