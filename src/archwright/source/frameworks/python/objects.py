"""What makes objects of bytes or a text: pickle and its kin, YAML with a loader of any class.

Defaults are those of the current releases: `numpy.load` refuses pickles and `torch.load` loads weights alone unless the call
says otherwise; PyYAML's `load` has no default loader (before 6.0 it had one of any class), and its `FullLoader` makes no objects.
"""

from __future__ import annotations

from typing import Final

from archwright.model.value import Use
from archwright.source.flow import unpicklers
from archwright.source.flow.operators import truth
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Val, clean, deep_origins
from archwright.source.frameworks.base import CallSite, Handler, mask
from archwright.source.frameworks.python.files import lies_at, opened_at
from archwright.source.frameworks.shared.sinks import loads

_UNSAFE: Final = frozenset({"Loader", "UnsafeLoader", "CLoader", "CUnsafeLoader"})
"""Loaders of PyYAML and ruamel.yaml that make objects of any class."""
_RUAMEL: Final = "ruamel.yaml.YAML"


def _where(dotted: str, keyword: str, value: bool) -> Handler:
    """A loader that makes objects of any class only where a keyword says so."""

    def handler(site: CallSite) -> Val | None:
        said = site.keywords.get(keyword)
        if said is not None and truth(said) is value and site.args:
            site.emit("Deserialise", loader=f"{dotted}({keyword}={value})", data=site.args[0])
        return None

    return handler


def _yaml(dotted: str) -> Handler:
    def handler(site: CallSite) -> Val:
        data, loader = site.argument(0, "stream"), site.argument(1, "Loader")
        named = (
            loader.type[1] if loader is not None and loader.type is not None and loader.type[0] == "external" else ""
        )
        word = str(named).rpartition(".")[2]
        if data is not None and (loader is None or word in _UNSAFE):
            site.emit(
                "Deserialise", loader=f"{dotted}(Loader={word})" if word else f"{dotted} without a loader", data=data
            )
        return Val(None, deep_origins(data) if data is not None else ())

    return handler


def _ruamel(site: CallSite) -> Val:
    return Val(("object", _RUAMEL), (), NO, {"typ": site.keywords["typ"]} if "typ" in site.keywords else {})


def _ruamel_load(site: CallSite) -> Val:
    kind = (site.receiver.items or {}).get("typ") if site.receiver is not None else None
    data = site.argument(0, "stream")
    if data is not None and kind is not None and kind.const == "unsafe":
        site.emit("Deserialise", loader="YAML(typ='unsafe').load", data=data)
    return Val(None, deep_origins(data) if data is not None else ())


def _unpickler(module: str) -> Handler:
    def handler(site: CallSite) -> Val:
        data = site.argument(0, "file")
        return Val(
            ("object", f"{module}.Unpickler"),
            (),
            NO,
            {"data": Val(None, deep_origins(data))} if data is not None else {},
        )

    return handler


def _unpickled(module: str) -> Handler:
    """`Unpickler(file).load()`. A class of the project that finds classes itself decides which of them are made."""

    def handler(site: CallSite) -> Val | None:
        receiver = site.receiver
        data = (receiver.items or {}).get("data") if receiver is not None else None
        if data is not None:
            site.emit("Deserialise", loader=f"{module}.Unpickler", data=data)
        return None

    return handler


def _of_file(dotted: str) -> Handler:
    """`pickle.load(file)`: what is read of a file that was opened here goes back to its path."""

    def handler(site: CallSite) -> Val | None:
        data = site.argument(0, "file")
        path = opened_at(data) if data is not None else None
        written = lies_at(site.frame, path) if path is not None else None
        if written is not None:
            site.emit("Deserialise", loader=dotted, data=written)
        elif path is not None:
            site.emit("Deserialise", loader=f"{dotted} of a file", data=Val(None, deep_origins(path)))
        elif data is not None:
            site.emit("Deserialise", loader=dotted, data=Val(None, deep_origins(data)))
        return None

    return handler


def _at_path(dotted: str) -> Handler:
    """`joblib.load(path)`, or of an open file: what it holds is known where the unit itself wrote it."""

    def handler(site: CallSite) -> Val | None:
        data = site.argument(0, "filename")
        if data is not None:
            written = lies_at(site.frame, opened_at(data) or data)
            site.emit("Deserialise", loader=dotted, data=written or Val(None, deep_origins(data)))
        return None

    return handler


def _torch(site: CallSite) -> Val | None:
    """`torch.load(file)`, which loads weights alone from 2.6 on unless it is told otherwise."""
    said, data = site.argument(-1, "weights_only"), site.argument(0, "f")
    if data is None or site.spread or (said is not None and truth(said) is not False):
        return None
    if said is None and site.frame.engine.versions.before("torch", 2, 6) is not True:
        return None
    loader = "torch.load(weights_only=False)" if said is not None else "torch.load without weights_only"
    path = opened_at(data) or data
    site.emit("Deserialise", loader=loader, data=lies_at(site.frame, path) or Val(None, deep_origins(path)))
    return None


def _found(site: CallSite) -> Val | None:
    """`super().find_class(module, name)`: the class is looked up; what an own unpickler asks before tells what it lets through."""
    if flaw := unpicklers.flaw(site.frame):
        site.emit(
            "Admit",
            flaw=flaw,
            api=f"{site.frame.owner.short if site.frame.owner is not None else 'Unpickler'}.find_class",
        )
    return None


def _signed(site: CallSite) -> Val:
    """What was signed here, or encrypted with a key that only the service has, was made here: of what, can't be known.

    Serialisers do not run what they read, and what they read is the service's own.
    """
    return Val(None, clean((UNKNOWN_ORIGIN,), mask(Use.DESERIALISE)))


def _plain(site: CallSite) -> Val:
    """A loader of plain data: what it gives is the sender's still."""
    return site.derived()


CALLS: Final[dict[str, Handler]] = {
    **{f"yaml.{name}": _plain for name in ("safe_load", "safe_load_all", "full_load", "full_load_all")},
    **{f"{module}.{name}": _yaml(f"{module}.{name}") for module in ("yaml", "oyaml", "ruamel.yaml") for name in ("load", "load_all")},
    "numpy.load": _where("numpy.load", "allow_pickle", True),
    "torch.load": _torch,
    _RUAMEL: _ruamel,
    f"{_RUAMEL}.load": _ruamel_load,
    f"{_RUAMEL}.load_all": _ruamel_load,
    "itsdangerous.URLSafeSerializer.loads": _signed,
    "itsdangerous.URLSafeTimedSerializer.loads": _signed,
    "itsdangerous.Serializer.loads": _signed,
    "itsdangerous.Signer.unsign": _signed,
    "itsdangerous.TimestampSigner.unsign": _signed,
    "django.core.signing.loads": _signed,
    "django.core.signing.Signer.unsign": _signed,
    "django.core.signing.TimestampSigner.unsign": _signed,
    "cryptography.fernet.Fernet.decrypt": _signed,
}  # fmt: skip
"""By dotted name."""
for _module in ("pickle", "_pickle", "cPickle", "dill", "cloudpickle"):
    CALLS[f"{_module}.Unpickler"] = _unpickler(_module)
    CALLS[f"{_module}.Unpickler.load"] = _unpickled(_module)
    CALLS[f"{_module}.Unpickler.find_class"] = _found
    CALLS[f"{_module}.load"] = _of_file(f"{_module}.load")
    loads(CALLS, f"{_module}.loads", 0, "data")
CALLS["marshal.load"] = _of_file("marshal.load")
for _dotted in (
    "marshal.loads", "jsonpickle.decode", "jsonpickle.unpickler.decode", "yaml.unsafe_load", "yaml.unsafe_load_all", "ruamel.yaml.unsafe_load",
):  # fmt: skip
    loads(CALLS, _dotted)
for _dotted in ("joblib.load", "shelve.open", "pandas.read_pickle", "pandas.io.pickle.read_pickle"):
    CALLS[_dotted] = _at_path(_dotted)
