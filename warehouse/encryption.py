"""What a passphrase opens: AES-256-GCM, under keys that scrypt derives from it.

Two keys are derived: one encrypts, one names objects, so that names say nothing of their contents.
"""

from __future__ import annotations

import hmac
import os
from functools import lru_cache
from typing import Self

# 64 MiB and a fifth of a second for each guess; part of the format, so never changed within it.
_WORK, _BLOCK, _LANES = 2**16, 8, 1
_NONCE_BYTES = 12
SALT_BYTES = 16


class Cipher:
    """The keys of one repository; nothing prints them."""

    def __init__(self, encrypting: bytes, naming: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aes, self._naming = AESGCM(encrypting), naming

    @classmethod
    def derived(cls, secret: bytes, salt: bytes) -> Self:
        keys = _derived(secret, salt)
        return cls(keys[:32], keys[32:])

    def name(self, content: bytes) -> str:
        return hmac.digest(self._naming, content, "sha256").hex()

    def encrypt(self, content: bytes, name: str) -> bytes:
        """The nonce, the ciphertext and the tag; only what asks for `name` decrypts it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, content, name.encode())

    def decrypt(self, content: bytes, name: str) -> bytes | None:
        """None where the bytes are not what was encrypted under this name with this key."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._aes.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            return None


@lru_cache(maxsize=8)
def _derived(secret: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=64, n=_WORK, r=_BLOCK, p=_LANES).derive(secret)
