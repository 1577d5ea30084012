"""Texts on their way to a file: which are in the sample, and what stands for those that are not stored."""

from __future__ import annotations

import hashlib
import hmac
import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_KEY_ID_LABEL = b"filterproxy text key\0"


def is_sampled(id: str, share: float) -> bool:
    """
    Whether an exchange is in the sample: a function of its id, so that all logs agree, and that the smaller
    of two samples is a part of the larger.
    """
    if share >= 1 or share <= 0:
        return share > 0
    digest = hashlib.blake2b(id.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


def text_hash(text: str, key: str) -> str:
    """
    What stands for a text: `hmac-sha256:KEY:HEX`, where KEY names the key without giving it away.

    Equal texts have equal hashes, as long as the key stays: that is what labels are joined by. Without a key
    it is `sha256:HEX`, of which everybody can find out by trying whether it is the hash of "9 am".
    """
    data = text.encode("utf-8", "surrogatepass")
    if not key:
        return "sha256:" + hashlib.sha256(data).hexdigest()
    secret = key.encode("utf-8", "surrogatepass")
    name = hashlib.sha256(_KEY_ID_LABEL + secret).hexdigest()[:8]
    return f"hmac-sha256:{name}:{hmac.digest(secret, data, 'sha256').hex()}"


def storable(text: str) -> str:
    """*text* as UTF-8 can have it: halves of characters become U+FFFD, so that offsets stay."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
