"""Hash functions: hashlib, pycryptodome, cryptography, passlib, Werkzeug's password hashes."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.flow.values import ALL_USES, Val, clean, constant
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.crypto.made import is_false, made, text_of

_PLAIN: Final = (
    *("md5", "sha1", "sha224", "sha256", "sha384", "sha512"),
    *("sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"),
)
_PYCRYPTO: Final = {
    "MD2": "md2",
    "MD4": "md4",
    "MD5": "md5",
    "SHA": "sha1",
    "SHA1": "sha1",
    "RIPEMD": "ripemd160",
    "RIPEMD160": "ripemd160",
    "SHA256": "sha256",
    "SHA512": "sha512",
}
_HAZMAT: Final = "cryptography.hazmat.primitives.hashes"
_PASSLIB: Final = {
    **dict.fromkeys(("md5_crypt", "apr_md5_crypt", "hex_md5", "ldap_md5", "ldap_salted_md5", "ldap_hex_md5"), "md5"),
    **dict.fromkeys(("hex_sha1", "ldap_sha1", "ldap_salted_sha1", "ldap_hex_sha1", "mysql41"), "sha1"),
    **dict.fromkeys(("hex_md4", "nthash", "msdcc", "msdcc2"), "md4"),
    **dict.fromkeys(("des_crypt", "bsdi_crypt", "lmhash", "oracle10", "mysql323"), "des"),
    **dict.fromkeys(("plaintext", "ldap_plaintext"), "plaintext"),
}


class Hashes(Framework):
    """Hash functions of the standard library and of the usual packages."""

    name = "hashes"
    packages = ("hashlib", "Crypto", "Cryptodome", "cryptography", "passlib", "werkzeug", "flask")
    aliases: ClassVar[dict[str, str]] = {"werkzeug.generate_password_hash": "werkzeug.security.generate_password_hash"}

    def __init__(self) -> None:
        super().__init__()
        for name in _PLAIN:
            self.calls[f"hashlib.{name}"] = _plain
        self.calls["hashlib.new"] = _named
        self.calls[f"{_HAZMAT}.Hash"] = _hazmat
        for package in ("Crypto", "Cryptodome"):
            for module in _PYCRYPTO:
                self.calls[f"{package}.Hash.{module}.new"] = _pycrypto
        for scheme in _PASSLIB:
            for method in ("hash", "encrypt"):
                self.calls[f"passlib.hash.{scheme}.{method}"] = _passlib
        self.calls["werkzeug.security.generate_password_hash"] = _werkzeug


def _plain(site: CallSite) -> Val:
    return _hash(site, constant(site.name.rpartition(".")[2]), site.argument(0, "string"))


def _named(site: CallSite) -> Val:
    return _hash(site, site.argument(0, "name"), site.argument(1, "data"))


def _pycrypto(site: CallSite) -> Val:
    return _hash(site, constant(_PYCRYPTO[site.name.split(".")[-2]]), site.argument(0, "data"))


def _hazmat(site: CallSite) -> Val:
    given = site.argument(0, "algorithm")
    held = given.type if given is not None else None
    name = str(held[1]).rpartition(".")[2].lower() if held is not None and held[0] == "object" else ""
    return _hash(site, constant(name) if name else None, None)


def _hash(site: CallSite, algorithm: Val | None, data: Val | None) -> Val:
    """A hash object. What is known not to serve security, as the code says itself, is no hash of interest."""
    if algorithm is not None and not is_false(site.keywords.get("usedforsecurity")):
        made(site, "hash", algorithm=algorithm, data=data, followed=True)
    value = site.derived()
    return Val(("object", "hashlib.Hash"), clean(value.origins, ALL_USES))


def _passlib(site: CallSite) -> None:
    algorithm = _PASSLIB[site.name.split(".")[-2]]
    made(site, "password", algorithm=algorithm, data=site.argument(0, "secret"), followed=True)


def _werkzeug(site: CallSite) -> None:
    """`pbkdf2:...` and `scrypt:...` are slow; a bare name of a hash (Werkzeug before 3) is not."""
    method = text_of(site.argument(1, "method"))
    if method and not method.startswith(("pbkdf2", "scrypt")):
        made(site, "password", algorithm=method, data=site.argument(0, "password"), followed=True)
