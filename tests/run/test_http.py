import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from archwright.run.http import request, responds
from archwright.run.ports import free_port


class _Echo(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, str, str | None, bytes]]] = []

    def do_GET(self) -> None:
        self._answer(302 if self.path == "/moved" else 404 if self.path == "/lost" else 200, b'{"ok": true}')

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.command, self.path, self.headers["Content-Type"], body))
        self._answer(201, body)

    def log_message(self, *args: object) -> None:
        pass

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("path", "status"), [("", 200), ("/lost", 404), ("/moved", 302)])
def test_every_status_is_an_answer(address: str, path: str, status: int) -> None:
    answer = request("GET", address + path)
    assert (answer.status, answer.json(), answer.headers["location"]) == (status, {"ok": True}, "/elsewhere")


def test_a_body_is_sent_as_json_or_as_it_is(address: str) -> None:
    assert request("POST", address + "/a?b=c", body={"n": 1}).json() == {"n": 1}
    assert request("POST", address, body=b"\x00\xff").body == b"\x00\xff"
    assert _Echo.seen == [
        ("POST", "/a?b=c", "application/json", b'{"n": 1}'),
        ("POST", "/", None, b"\x00\xff"),
    ]


def test_proxies_of_the_environment_are_ignored(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert responds(address)


def test_who_does_not_answer_is_not_up(address: str) -> None:
    assert not responds(f"http://127.0.0.1:{free_port()}/")
    assert not responds(address, status=204)


@pytest.mark.parametrize("address", ["", "ftp://host/x", "/path", "http://"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        request("GET", address)
