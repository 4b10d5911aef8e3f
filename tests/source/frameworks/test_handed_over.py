"""Functions that libraries call with what somebody sends: tools of models, events of sockets, pages made of functions."""

from collections.abc import Callable
from typing import Any

import pytest

from archwright.model.effect import Interpret
from archwright.source.program import Program

Made = Callable[..., Program]
Dirty = Callable[[Program], list[Interpret]]

FIND = """
    import sqlite3

    def find(text):
        return sqlite3.connect("shop.db").execute("SELECT id FROM product WHERE name = '" + text + "'").fetchall()
"""
HEARD = {
    "a tool of a model": """
        from mcp.server.fastmcp import FastMCP
        from find import find

        server = FastMCP("shop")

        @server.tool()
        async def search(words: str, most: int = 5) -> list:
            return find(words)
    """,
    "the arguments of a tool, in a dictionary": """
        from mcp.server.lowlevel import Server
        from find import find

        server = Server("shop")

        @server.call_tool()
        async def called(name: str, arguments: dict):
            return find(arguments["words"])
    """,
    "an event of a socket": """
        import socketio
        from find import find

        sockets = socketio.AsyncServer()

        @sockets.event
        async def search(sid, data):
            return find(data["words"])
    """,
    "a method of a namespace": """
        from flask_socketio import Namespace
        from find import find

        class Shop(Namespace):
            def on_search(self, words):
                return find(words)
    """,
    "a message of a chat": """
        import chainlit
        from find import find

        @chainlit.on_message
        async def heard(message: chainlit.Message):
            find(message.content)
    """,
    "a widget": """
        import streamlit as st
        from find import find

        words = st.text_input("Words")
        if words:
            st.write(find(words))
    """,
    "a box and a button": """
        import gradio as gr
        from find import find

        def search(words, most):
            return find(words)[:most]

        with gr.Blocks() as page:
            with gr.Row():
                words = gr.Textbox()
                most = gr.Slider(1, 10)
            go = gr.Button()
            go.click(search, inputs=[words, most], outputs=[])
    """,
    "a method of a page": """
        import cherrypy
        from find import find

        class Shop:
            @cherrypy.expose
            def search(self, words):
                return str(find(words))
    """,
}
HARMLESS = {
    "a number, as a tool declares it": """
        from mcp.server.fastmcp import FastMCP
        from find import find

        server = FastMCP("shop")

        @server.tool()
        def search(most: int):
            return find(str(most))
    """,
    "the id of a session": """
        import socketio
        from find import find

        sockets = socketio.Server()

        @sockets.on("search")
        def search(sid, data):
            return find(sid)
    """,
    "a choice": """
        import gradio as gr
        from find import find

        def search(kind):
            return find(kind)

        with gr.Blocks() as page:
            kind = gr.Radio(["new", "old"])
            kind.change(search, inputs=kind, outputs=[])
    """,
    "a method that is not exposed": """
        import cherrypy
        from find import find

        class Shop:
            def search(self, words):
                return str(find(words))
    """,
}


@pytest.mark.parametrize("code", HEARD.values(), ids=HEARD)
def test_what_is_sent_is_followed(program: Made, dirty_sql: Dirty, code: str) -> None:
    assert len(dirty_sql(made(program, code))) == 1


@pytest.mark.parametrize("code", HARMLESS.values(), ids=HARMLESS)
def test_what_the_library_holds_to_a_type_is_clean(program: Made, dirty_sql: Dirty, code: str) -> None:
    assert dirty_sql(made(program, code)) == []


def made(program: Made, code: str) -> Any:
    return program({"find.py": FIND, "shop.py": code}, Interpret)
