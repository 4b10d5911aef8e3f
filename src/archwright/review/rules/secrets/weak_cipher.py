"""`secrets/weak-cipher`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Crypto
from archwright.model.finding import Confidence, Impact
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.serves import aside

_WEAK = frozenset({"des", "3des", "rc4", "arc4", "rc2", "blowfish", "xor", "tripledes", "idea", "cast5", "seed", "ecb"})


class WeakCipher(Rule):
    """A cipher, mode or key that doesn't keep what it enciphers: DES, RC4, ECB, a fixed initialisation vector, short RSA keys.

    The call itself is found; what a setting chooses is silent.

    Why: DES and RC4 are broken, ECB shows which blocks are equal, a vector that is used twice shows what two texts have in
    common (with CTR and GCM the texts themselves), and RSA below 2048 bits can be factored.

    Instead: AES-GCM or ChaCha20-Poly1305 with a new nonce for each text, or `cryptography.fernet.Fernet`; RSA from 2048 bits.

    Fine when: old data is read once, to encipher it anew.

    Fix safety: no automatic fix. What is enciphered has to be enciphered anew.
    """

    name = "secrets/weak-cipher"
    impact = Impact.MEDIUM
    cwe = "CWE-327"
    security = True
    bad = (
        example(
            "blocks that show which are equal",
            framework="pycryptodome",
            code="""
                from Crypto.Cipher import AES

                def hidden(key, text):
                    return AES.new(key, AES.MODE_ECB).encrypt(text)
            """,
        ),
        example(
            "the same vector for every text, and a short key",
            framework="cryptography",
            code="""
                from cryptography.hazmat.primitives.asymmetric import rsa
                from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

                VECTOR = b"0123456789abcdef"

                def hidden(key, text):
                    return Cipher(algorithms.AES(key), modes.CBC(VECTOR)).encryptor().update(text)

                def pair():
                    return rsa.generate_private_key(public_exponent=65537, key_size=1024)
            """,
        ),
    )
    good = (
        example(
            "a new nonce for each text, a long key",
            framework="cryptography",
            code="""
                import os
                from cryptography.hazmat.primitives.asymmetric import rsa
                from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

                def hidden(key, text):
                    nonce = os.urandom(12)
                    return nonce, Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor().update(text)

                def pair():
                    return rsa.generate_private_key(public_exponent=65537, key_size=3072)
            """,
        ),
    )

    def check(self, effect: Crypto) -> Iterator[Verdict]:
        if effect.kind != "cipher" or aside(effect):
            return
        if "short-key" in effect.flags:
            what, why = (
                f"{effect.api} makes {effect.algorithm.upper()[:3]}{effect.algorithm[3:]}",
                "The private key can be computed from the public one.",
            )
        elif "fixed-vector" in effect.flags:
            what, why = (
                f"{effect.api} is given a vector that never changes",
                "What two texts have in common can be seen, in some modes the texts.",
            )
        elif effect.algorithm in _WEAK:
            what, why = (
                f"{effect.api} uses {effect.algorithm.upper()}",
                "What is enciphered can be read, or told apart, without the key.",
            )
        else:
            return
        yield Verdict(
            message=f"{what}.",
            why=why,
            fix="Use AES-GCM or ChaCha20-Poly1305 with a new nonce for each text; RSA from 2048 bits.",
            impact=Impact.MEDIUM,
            confidence=Confidence.HIGH,
            trace=steps((effect.place, what)),
        )
