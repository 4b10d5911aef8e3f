"""Random numbers that can be guessed: the standard library's Mersenne Twister, NumPy's generators, time-based UUIDs."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.crypto.made import made, whither
from archwright.source.nodes import call_at, nodes
from archwright.source.packed import body_of

_FUNCTIONS: Final = (
    *("random", "randint", "randrange", "choice", "choices", "sample", "shuffle", "getrandbits", "randbytes"),
    *("uniform", "gauss", "triangular", "normalvariate", "lognormvariate", "expovariate", "betavariate"),
    *("gammavariate", "paretovariate", "vonmisesvariate", "weibullvariate", "binomialvariate"),
)
_NUMPY: Final = (
    *("rand", "randn", "randint", "random", "random_sample", "ranf", "sample", "choice", "bytes", "integers"),
    *("uniform", "normal", "shuffle", "permutation", "random_integers"),
)
_SEVERAL: Final = frozenset({"sample", "choices"})
_THINGS: Final = frozenset({"list", "tuple", "set", "query"})
"""Types that hold things: a text to draw letters from is none."""
_GIVEN: Final = frozenset({f.NAME, f.ATTR, f.LIST, f.TUPLE})
"""What names the things that are drawn from, or shows them."""
_AGAIN: Final = frozenset({f.COMPREHENSION, f.FOR, f.WHILE})
SEEDED: Final = "random.Random.seeded"
"""The class of a generator that was given a seed: its numbers are meant to repeat."""


class Randomness(Framework):
    """`random`, `numpy.random`, `uuid.uuid1`."""

    name = "randomness"
    packages = ("random", "numpy", "uuid")
    returns: ClassVar[dict[str, str]] = {
        "numpy.random.default_rng": "numpy.random.Generator",
        "numpy.random.RandomState": "numpy.random.RandomState",
    }

    def __init__(self) -> None:
        super().__init__()
        for name in _FUNCTIONS:
            self.calls[f"random.{name}"] = _drawn
            self.calls[f"random.Random.{name}"] = _drawn
            self.calls[f"{SEEDED}.{name}"] = _repeated
        for name in _NUMPY:
            for holder in ("numpy.random", "numpy.random.Generator", "numpy.random.RandomState"):
                self.calls[f"{holder}.{name}"] = _drawn
        self.calls["random.Random"] = _generator
        self.calls["uuid.uuid1"] = _drawn


def _generator(site: CallSite) -> Val:
    seeded = bool(site.args) or "x" in site.keywords
    return Val(("object", SEEDED if seeded else "random.Random"))


def _drawn(site: CallSite) -> None:
    made(site, "random", flags=("picked",) if _picks(site) else (), algorithm=site.name, followed=True)


def _picks(site: CallSite) -> bool:
    """True for one of several things that are there already, drawn once: no letter of a text that is made of many."""
    name = site.name.rpartition(".")[2]
    if name in _SEVERAL:
        return _several(site)
    things = site.argument(0, "seq")
    if name != "choice" or things is None or things.type in (("text",), ("number",)):
        return False
    body = body_of(site.frame.facts)
    call = call_at(body, site.position)
    if call is None or not call[3] or call[3][0][0] not in _GIVEN:
        return False
    return not any(node[0] in _AGAIN and call_at((node,), site.position) is not None for node in nodes(body))


def _several(site: CallSite) -> bool:
    """The same of some of them at once, which stay what they are: nothing is put together of them."""
    things = site.argument(0, "population")
    if things is None or things.type is None or things.type[0] not in _THINGS:
        return False
    becomes = whither(site.frame, site.position).becomes
    return not any(how == "call" and word.rpartition(".")[2] == "join" for how, word in becomes)


def _repeated(site: CallSite) -> None:
    made(site, "random", algorithm=site.name.replace(".seeded", ""), flags=("seeded",), followed=True)
