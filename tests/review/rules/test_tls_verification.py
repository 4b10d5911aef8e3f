"""Checks of certificates that are off: by the code itself, or because somebody chose it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "secrets/tls-verification"
HEAD = """
import os, ssl
import requests
from settings import config

"""
OFF = {
    "nobody asks": "def context():\n    return ssl._create_unverified_context()\n",
    "wherever TLS is used": """
def context(url, tls=True):
    made = ssl.create_default_context()
    if tls and url.startswith("https"):
        made.check_hostname = False
    return made
""",
    "where no authority is named": """
def context(authority=None):
    if authority:
        return ssl.create_default_context(cafile=authority)
    return ssl._create_unverified_context()
""",
    "unless the caller asks for the check": """
def pay(order, verify=False):
    if verify:
        return requests.post("https://pay.example/", json=order, timeout=5)
    return requests.post("https://pay.example/", json=order, timeout=5, verify=False)
""",
    "a constant decides": """
SKIP_VERIFY = True

def context():
    return ssl._create_unverified_context() if SKIP_VERIFY else ssl.create_default_context()
""",
    "names are not checked, and anybody vouches": """
def context():
    made = ssl.create_default_context()
    made.check_hostname = False
    return made
""",
    "an authority that is not asked": """
def context(authority):
    made = ssl.create_default_context(cafile=authority)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made
""",
    "a function of the module that is called by no such choice": """
def _pinned(url, order):
    return requests.post(url, json=order, timeout=5, verify=False)

def send(hook, order):
    if hook.url:
        return _pinned(hook.url, order)
""",
    "put into the options whoever chooses": """
def pay(order, retry):
    options = {"timeout": 5}
    if retry:
        options["verify"] = False
    return requests.post("https://pay.example/", json=order, **options)
""",
    "put into the options and given beside them": """
def pay(order):
    options = {"timeout": 5, "verify": False}
    if config.disable_verify:
        options["verify"] = False
    return requests.post("https://pay.example/", json=order, **options)
""",
    "a certificate is looked at and more is read": """
def ask(sock, name):
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    with made.wrap_socket(sock, server_hostname=name) as peer:
        print(peer.getpeercert(binary_form=True))
        peer.sendall(b"HELO")
        return peer.recv(1024)
""",
    "a context of the module that reads": """
MADE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
MADE.check_hostname = False
MADE.verify_mode = ssl.CERT_NONE

def up(sock, name):
    with MADE.wrap_socket(sock, server_hostname=name):
        return True

def read(sock, name):
    return MADE.wrap_socket(sock, server_hostname=name).recv(10)
""",
    "a connection that is given away": """
def connected(sock, name):
    made = ssl._create_unverified_context()
    peer = made.wrap_socket(sock, server_hostname=name)
    print(peer.version())
    return peer
""",
    "a context that is given away": """
def up(sock, name, url):
    made = ssl._create_unverified_context()
    with made.wrap_socket(sock, server_hostname=name) as peer:
        print(peer.version())
    return requests.get(url, ssl=made, timeout=5)
""",
    "where nothing was said of it": """
def context(verify=None):
    made = ssl.create_default_context()
    if verify is None:
        made.check_hostname = False
    return made
""",
}
SAID = """
class {}:
    def context(self):
        made = ssl.create_default_context()
        made.check_hostname = False
        return made
"""
CHOSEN = {
    "an option": """
class Mail:
    verify: bool = True

    def context(self):
        return ssl.create_default_context() if self.verify else ssl._create_unverified_context()
""",
    "a setting": """
def context():
    made = ssl.create_default_context()
    if config().api.tls_insecure_skip_verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
""",
    "a setting that is asked first": """
def context():
    if config.verify:
        return ssl.create_default_context()
    made = ssl.create_default_context()
    made.check_hostname = False
    return made
""",
    "the environment": """
def pay(order):
    if os.environ.get("PAY_INSECURE") == "1":
        return requests.post("https://pay.example/", json=order, timeout=5, verify=False)
    return requests.post("https://pay.example/", json=order, timeout=5)
""",
    "an argument": """
def context(verify=True):
    if not verify:
        return ssl._create_unverified_context()
    return ssl.create_default_context()
""",
    "an argument that is compared": """
def context(verify=True):
    made = ssl.create_default_context()
    if verify is False:
        made.verify_mode = ssl.CERT_NONE
    return made
""",
    "names are not checked, and an authority of its own vouches": """
def context(authority):
    made = ssl.create_default_context()
    made.load_verify_locations(cafile=authority)
    made.check_hostname = False
    return made
""",
    "a field of a row, where a function of the module is called": """
def _pinned(url, order):
    return requests.post(url, json=order, timeout=5, verify=False)

def send(hook, order):
    if hook.ssl_verification:
        return requests.post(hook.url, json=order, timeout=5)
    by_hand = not hook.ssl_verification
    if by_hand:
        return _pinned(hook.url, order)
""",
    "a setting that puts it into the options": """
def pay(order):
    options = {"timeout": 5}
    if config.DISABLE_VERIFY_SSL:
        options["verify"] = False
    options["json"] = order
    return requests.post("https://pay.example/", **options)
""",
    "the environment that updates the options": """
def pay(order):
    options = dict(timeout=5)
    if os.environ.get("PAY_INSECURE"):
        options.update(verify=False)
    return requests.post("https://pay.example/", json=order, **options)
""",
    "a flag of the environment": """
NO_VERIFY = bool(os.environ.get("NO_VERIFY"))

def pay(order):
    return requests.post("https://pay.example/", json=order, timeout=5, verify=not NO_VERIFY)
""",
    "a look at a certificate": """
def shown(sock, name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    with made.wrap_socket(sock, server_hostname=name) as peer:
        found = peer.getpeercert(binary_form=True)
    return ssl.DER_cert_to_PEM_cert(found)
""",
    "a look at a certificate without an end of its own": """
def shown(sock, name):
    made = ssl._create_unverified_context()
    peer = made.wrap_socket(sock, server_hostname=name)
    found = peer.getpeercert(binary_form=True)
    peer.close()
    return found
""",
    "whether a port speaks TLS": """
MADE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
MADE.check_hostname = False
MADE.verify_mode = ssl.CERT_NONE

def up(sock, name):
    try:
        with MADE.wrap_socket(sock, server_hostname=name):
            return True
    except OSError:
        return False
""",
    "one of several conditions": """
def context(url, ignore_certificates=False):
    made = ssl.create_default_context()
    if url.startswith("https") and ignore_certificates:
        made.check_hostname = False
    return made
""",
}


@pytest.mark.parametrize("code", OFF.values(), ids=OFF)
def test_a_check_that_is_off_is_found(code: str, findings: Find) -> None:
    assert findings(RULE, HEAD + code)


@pytest.mark.parametrize("code", CHOSEN.values(), ids=CHOSEN)
def test_a_check_that_somebody_turns_off_is_silent(code: str, findings: Find) -> None:
    assert not findings(RULE, HEAD + code)


@pytest.mark.parametrize(
    ("name", "confidence"), [("Backend", "medium"), ("NoVerificationBackend", "low"), ("InsecureBackend", "low")]
)
def test_a_class_that_says_so(name: str, confidence: str, findings: Find) -> None:
    assert {str(each.confidence) for each in findings(RULE, HEAD + SAID.replace("{}", name))} == {confidence}


@pytest.mark.parametrize(("method", "confidence"), [("get", "high"), ("head", "low")])
def test_a_look_whether_somebody_answers(method: str, confidence: str, findings: Find) -> None:
    text = f'def up(url):\n    return requests.{method}("https://pay.example/", timeout=5, verify=False).status_code\n'
    assert [str(each.confidence) for each in findings(RULE, HEAD + text)] == [confidence]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ('"https://localhost/api"', False),
        ('f"https://127.0.0.1:8443/{path}"', False),
        ('HERE + "/api"', False),
        ('"https://localhost.example/api"', True),
        ('f"https://{path}/"', True),
    ],
)
def test_what_stays_on_this_machine(address: str, found: bool, findings: Find) -> None:
    code = f'HERE = "https://localhost:8443"\n\ndef look(path):\n    return requests.get({address}, verify=False, timeout=5).json()\n'
    assert bool(findings(RULE, HEAD + code)) is found


@pytest.mark.parametrize(
    ("comment", "confidence"),
    [
        ("", Confidence.HIGH),
        ("  # noqa: S501", Confidence.LOW),
        ("  # noqa: E501", Confidence.HIGH),
        ("  # nosec B501 - the peers have certificates of their own", Confidence.LOW),
    ],
)
def test_a_line_that_other_reviewers_are_told_to_leave(comment: str, confidence: Confidence, findings: Find) -> None:
    code = f"import requests\n\n\ndef read(url):\n    return requests.get(\n        url, verify=False\n    ).text{comment}\n"
    (found,) = findings("secrets/tls-verification", code)
    assert found.confidence is confidence
