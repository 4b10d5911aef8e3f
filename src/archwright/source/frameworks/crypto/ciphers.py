"""Ciphers, their modes, and keys: pycryptodome and cryptography."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.frameworks.crypto.made import made

_WEAK: Final = {"DES": "des", "DES3": "3des", "ARC4": "rc4", "ARC2": "rc2", "Blowfish": "blowfish", "XOR": "xor"}
_BLOCKS: Final = ("ARC4", "TripleDES", "Blowfish", "IDEA", "CAST5", "SEED")
_HAZMAT: Final = "cryptography.hazmat.primitives"
_DECREPIT: Final = "cryptography.hazmat.decrepit.ciphers.algorithms"
_SHORT: Final = 2048
"""Bits of an RSA or DSA modulus below which NIST SP 800-131A disallows it."""


class Ciphers(Framework):
    """Ciphers and keys."""

    name = "ciphers"
    packages = ("Crypto", "Cryptodome", "cryptography")

    def __init__(self) -> None:
        super().__init__()
        for package in ("Crypto", "Cryptodome"):
            for module, name in _WEAK.items():
                self.calls[f"{package}.Cipher.{module}.new"] = _weak(name)
            self.calls[f"{package}.Cipher.AES.new"] = _aes
            for kind in ("RSA", "DSA"):
                self.calls[f"{package}.PublicKey.{kind}.generate"] = _key(0, "bits")
        for block in _BLOCKS:
            for holder in (f"{_HAZMAT}.ciphers.algorithms", _DECREPIT):
                self.calls[f"{holder}.{block}"] = _weak(block.lower())
        self.calls[f"{_HAZMAT}.ciphers.modes.ECB"] = _weak("ecb")
        for mode in ("CBC", "CTR", "GCM", "OFB", "CFB"):
            self.calls[f"{_HAZMAT}.ciphers.modes.{mode}"] = _vector
        self.calls[f"{_HAZMAT}.asymmetric.rsa.generate_private_key"] = _key(1, "key_size")
        self.calls[f"{_HAZMAT}.asymmetric.dsa.generate_private_key"] = _key(0, "key_size")


def _weak(algorithm: str) -> Handler:
    def handler(site: CallSite) -> None:
        made(site, "cipher", algorithm=algorithm)

    return handler


def _aes(site: CallSite) -> None:
    mode = site.argument(1, "mode")
    named = str(mode.type[1]) if mode is not None and mode.type is not None and mode.type[0] == "external" else ""
    if named.endswith(".MODE_ECB"):
        made(site, "cipher", algorithm="ecb")
    elif _fixed(site.argument(2, "iv")) or _fixed(site.keywords.get("nonce")):
        made(site, "cipher", algorithm="aes", flags=("fixed-vector",))


def _vector(site: CallSite) -> None:
    if _fixed(site.argument(0)):
        made(site, "cipher", algorithm=site.name.rpartition(".")[2], flags=("fixed-vector",))


def _fixed(value: Val | None) -> bool:
    """True where the code itself holds the bytes: the same at every start."""
    return value is not None and isinstance(value.const, (bytes, str)) and not value.origins and bool(value.const)


def _key(index: int, keyword: str) -> Handler:
    def handler(site: CallSite) -> None:
        bits = site.argument(index, keyword)
        if bits is not None and bits.const is not NO and isinstance(bits.const, int) and bits.const < _SHORT:
            made(site, "cipher", algorithm=f"rsa of {bits.const} bits", flags=("short-key",))

    return handler
