"""
Whether a value was drawn by chance, or is a word, a placeholder, a path, a pattern of the keyboard.

What a machine draws has nearly all of its characters different from their neighbours, few of them in the
order of the alphabet, and no words. A person's password is told by less: letters and digits (or signs), and
none of the texts that manuals put in its place.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from itertools import pairwise

# Texts that manuals put where a secret belongs. Four letters stand in forty random ones by chance once in
# 25 000 times.
_STAND_IN = re.compile(
    r"example|sample|placeholder|your|insert|replace|change.?(?:me|this|it)|dummy|redact|removed|hidden"
    r"|masked"
    r"|x{4,}|\*{3}|\.{3}|…|•{2}|fake|lorem|todo|deadbeef|foobar|qwerty|asdfg|zxcvb|1q2w3e|n0t.?r3al"
    r"|not.?real|aqui$"
    r"|here$|ici$|hier$|dein|votre|tu[_-]|vuestr|suo[_-]|jouw|passw[0o]rd1?2?3?$",
    re.IGNORECASE,
)
# Words of which placeholders are made; with digits in order behind them they are placeholders still.
_STOCK = frozenset(
    "a abc access admin an any api app auth aws azure bar baz bearer client code company credential"
    " data db default"
    " demo dev env file foo for get go goes guest id in is it key live local long me my name new none"
    " not null of on"
    " openai or pass passphrase passwd password prod project pwd random real root secret service set"
    " some staging"
    " string strong super temp test the this to token undefined user userpass value very weak xxx xyz"
    " at characters chars digits least length link max min minimum no number reset sha step version"
    " clave contrasena geheim kennwort mot passe passwort senha wachtwoord".split()
)
_ORDERED_TAIL = frozenset(
    ("", "1", "12", "123", "1234", "12345", "123456", "0", "00", "01", "42", "007", "999")
)
_LEET = str.maketrans("@013457$", "aoleastss"[:8])
_PARTS = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|[0-9]+")
# References to a value that stands elsewhere, and values whose form says that they are something else.
_ELSEWHERE = re.compile(
    r"""
      \$\w*[{(]?[A-Za-z_].* | %\w+% | [{<\[(].*                            # ${NAME}, %NAME%, <token>
    | @\w*\(.* | @[\w.-]+\.[a-z]{2,}.*                                    # @Value(, @a.host
    | (?:[A-Za-z_]\w*[.:]{1,2})*[A-Za-z_]\w*[\[(].*                         # os.getenv("NAME"
    | [A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+                                         # AN_ENVIRONMENT_NAME
    | (?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*                                       # settings.api_token
    | (?:[a-z][a-z0-9+]*:)?//.* | (?:~|\.{1,2}|[A-Za-z]:)[/\\].*            # addresses and paths
    | (?:/[\w.-]+){2,}/?
    | [0-9]{1,4}(?:[-./:T+][0-9]{1,4})+(?:\.[0-9]+)?Z? | [0-9.,:+%/-]+      # dates, amounts
    | v?[0-9]+(?:\.[0-9]+)+[\w.+-]*                                         # versions
    | [0-9]{1,4}[ -]?(?:bits?|bytes?|chars?|characters?|days?|hours?|minutes?|seconds?|x)
    """,
    re.VERBOSE,
)
_WORDS = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]+|v?[0-9]{1,4})(?:[-_./:][A-Z]?(?:[a-z]+|[A-Z]+|v?[0-9]{1,4}))*")
_CAMEL = re.compile(r"[A-Za-z][a-z]+(?:[A-Z][a-z]+){1,6}[0-9]{0,3}")
_GENERATED = re.compile(r"[A-Za-z]+(?=.*-[0-9]{2,}(?:-|\Z))(?:-[A-Za-z0-9]+){2,}|[A-Z][a-z]+-[0-9]{2,}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Secrets that manuals publish: Stripe's keys for tests, Azurite's account, the token of RFC 7519's sites.
# As hashes (SHA-256, cut), since a source file with keys in it is one that scanners report.
_PUBLISHED = frozenset(
    """
    2cafc0970149a84f f2d6ca16515033e5 2d1f7723aabc5c7a df5f4ab60dbe6437 051d093c4bdedbf2 bc3ae723f57c6b9e
    """.split()
)


def entropy(value: str) -> float:
    """Shannon's entropy of the characters, in bits each: at most log2 of how many there are."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


def is_made_up(value: str) -> bool:
    """Whether it is a placeholder or a pattern: "your-key-here", "xxxx", "abcd1234", "aaaaBBBB"."""
    core = "".join(c for c in value if c.isalnum())
    if len(core) < 4 or _STAND_IN.search(value) or is_published(value):
        return True
    return _is_pattern(core.lower()) or _is_stock(value)


def is_published(value: str) -> bool:
    """Whether it is a sample that its maker prints for everybody."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16] in _PUBLISHED


def _is_pattern(core: str) -> bool:
    """Few characters, runs of one, those in order of the alphabet, or a block again and again."""
    steps = [ord(b) - ord(a) for a, b in pairwise(core)]
    few = len(set(core)) < min(6, len(core) // 2 + 1)
    level = sum(step == 0 for step in steps) > 0.34 * len(steps)
    ordered = sum(abs(step) == 1 for step in steps) > 0.42 * len(steps)
    return few or level or ordered or any(core[p:] == core[:-p] for p in range(2, len(core) // 2 + 1))


def _is_stock(value: str) -> bool:
    parts = _PARTS.findall(value)
    words = [part.lower() for part in parts if part.isalpha()]
    spelled = value.lower().translate(_LEET)
    if spelled.rstrip("!") in _STOCK:
        return True
    digits = "".join(part for part in parts if part.isdigit())
    return bool(words) and digits in _ORDERED_TAIL and all(word in _STOCK for word in words)


def is_key(value: str, *, uuid: bool = False) -> bool:
    """
    Whether it is a key as machines draw them: at least 16 characters, letters and digits mixed.

    uuid: whether a UUID is one; most are names of things, and no secret.
    """
    if len(value) < 16 or _names_something(value) or (_UUID.fullmatch(value) and not uuid):
        return False
    digits = sum(c.isdigit() for c in value)
    letters = [c for c in value if c.isalpha()]
    if not letters or not value.isascii():
        return False
    # A long one may have no digit by chance; its capitals then stand anywhere.
    turns = sum(a.isupper() != b.isupper() for a, b in pairwise(letters))
    mixed = digits >= 2 or turns > 0.25 * len(letters)
    return mixed and entropy(value) >= 2.9 and not is_made_up(value)


def is_password(value: str, *, sure: bool) -> bool:
    """
    Whether it can be a person's password: at least 8 characters, letters with digits or signs among them.

    sure: whether a sign (":", "=") says so, not only a word before.
    """
    upper, lower = any(c.isupper() for c in value), any(c.islower() for c in value)
    digit = any(c.isdigit() for c in value)
    # "Kite-Lamp-4821" is words too, and what generators of passwords write.
    generated = sure and _GENERATED.fullmatch(value) is not None
    if len(value) < 8 or not (upper or lower) or (_names_something(value) and not generated):
        return False
    sign = any(c in "@#$%^&!*+?~=/" for c in value[1:-1])
    enough = digit if sure else digit and ((upper and lower) or sign or "-" in value or "_" in value)
    return (enough or (upper and lower and sign)) and not is_made_up(value)


def _names_something(value: str) -> bool:
    """Whether its form is that of a name, a path, a date, words."""
    return any(form.fullmatch(value) is not None for form in (_ELSEWHERE, _WORDS, _CAMEL))
