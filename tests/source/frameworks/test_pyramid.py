"""Pyramid: views that decorators of the project's own register, views of errors, routes added in a loop, routes of tests."""

from __future__ import annotations

from collections.abc import Callable

from archwright.source.program import Program

Make = Callable[..., Program]

DECORATORS = {
    "web/decorators.py": """
        import venusian
        from pyramid.view import view_config

        def json_view(**settings):
            settings.setdefault("request_method", "GET")
            return view_config(renderer="json", **settings)

        def page(route, method="GET"):
            return view_config(route_name=route, request_method=method)

        def add_api_view(config, view, versions, **settings):
            for version in versions:
                config.add_view(view=view, accept=version, **settings)

        def api(versions, **settings):
            def callback(context, name, view):
                add_api_view(context.config, view=view, versions=versions, **settings)

            def wrapper(wrapped):
                venusian.attach(wrapped, callback)
                return wrapped

            return wrapper

        def logged(**settings):
            def wrapper(wrapped):
                print(settings)
                return wrapped

            return wrapper
    """,
    "web/routes.py": """
        def includeme(config):
            config.add_route("a", "/a")
            config.add_route("b", "/b/{id}")
            config.add_route("c", "/c")
            config.add_route("d", "/d")
    """,
    "web/views.py": """
        from web.decorators import api, json_view, logged, page

        SHARED = {"route_name": "d", "request_method": "DELETE"}

        @json_view(route_name="a")
        def a(request): ...

        @json_view(route_name="a", request_method="POST")
        def a_post(request): ...

        @page("c", method="PUT")
        def c(request): ...

        class B:
            def __init__(self, request):
                self.request = request

            @api(versions=["1"], route_name="b", request_method="PATCH")
            def patch(self): ...

        @api(versions=["1"], **SHARED)
        def d(request): ...

        @logged(route_name="c")
        def not_a_view(request): ...
    """,
}


def test_views_that_decorators_of_the_project_register(program: Make) -> None:
    made = program(DECORATORS)
    assert [str(each) for each in made.operations] == ["DELETE /d", "GET /a", "PATCH /b/{id}", "POST /a", "PUT /c"]


def test_a_view_of_errors_is_no_route(program: Make) -> None:
    files = {
        "web/views.py": """
            from pyramid.exceptions import BadCSRFToken
            from pyramid.view import view_config

            class NotThere(Exception): ...

            class Gone(NotThere): ...

            class Folder: ...

            @view_config(context=Gone)
            def gone(exc, request): ...

            @view_config(context=BadCSRFToken)
            def forged(exc, request): ...

            @view_config(**SETTINGS_FROM_ELSEWHERE)
            def unknown(request): ...

            @view_config(context=Folder, name="list")
            def folder(context, request): ...
        """,
    }
    assert [str(each) for each in program(files).operations] == ["ANY /{traverse}/list"]


def test_routes_added_in_a_loop_over_a_list_that_is_written_out(program: Make) -> None:
    files = {
        "web/routes.py": """
            ROUTES = [("x", "/x"), ("y", "/y/{id}")]

            def includeme(config):
                for name, pattern in ROUTES:
                    config.add_route(name, pattern)
        """,
        "web/views.py": """
            from pyramid.view import view_config

            @view_config(route_name="x")
            def x(request): ...

            @view_config(route_name="y")
            def y(request): ...
        """,
    }
    assert [str(each) for each in program(files).operations] == ["ANY /x", "ANY /y/{id}"]


def test_routes_that_tests_add_for_themselves_do_not_count(program: Make) -> None:
    files = {
        "web/routes.py": """
            def includeme(config):
                config.add_route("search", "/search")
        """,
        "web/views.py": """
            from pyramid.view import view_config

            @view_config(route_name="search")
            def search(request): ...
        """,
        "tests/test_views.py": """
            from pyramid import testing

            def config():
                with testing.testConfig() as config:
                    config.add_route("search", "/s")
        """,
    }
    assert [str(each) for each in program(files).operations] == ["ANY /search"]
