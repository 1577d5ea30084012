"""
What stands before a secret and says that it is one: "api_key =", "Your password is", "Authorization: Bearer".

The words are data, in nine languages; the form is built from them, so that what is held in a stream and what
is found are the same.
"""

from __future__ import annotations

import re
from typing import Final

from filterproxy.core.shape import Alt, Chars, Repeat, Seq, Shape
from filterproxy.facts.form import alt, chars, optional, run, seq, source, texts

_PASSWORD: Final = (
    "password passwd pw passwort passcode passphrase pwd pass kennwort contraseña contrasena clave mdp senha"
    " palavra-passe wachtwoord parola 密码 密碼 口令 パスワード 暗証番号 mot+de+passe pass+word pass+phrase"
    " parola+d'ordine palavra+passe chiave+di+accesso"
).split()
_KEY: Final = (
    "api+key api+secret api+token api+schlüssel access+key secret+key secret+access+key secret client+secret"
    " app+secret auth+token auth+key access+token refresh+token bearer+token session+token private+token"
    " personal+access+token token account+key shared+access+key master+key encryption+key signing+key"
    " signing+secret webhook+secret license+key private+key service+key subscription+key credential"
    " schlüssel geheimnis zugangsschlüssel clave+de+api clave+api clave+secreta llave secreto clé+api"
    " clé+d'api clé+secrète clé+d'accès jeton+d'accès jeton secret+client chiave+api chiave+segreta"
    " segreto chave+api"
    " chave+de+api chave+secreta segredo sleutel api+sleutel geheim 密钥 密鑰 令牌 秘钥 秘密鍵 APIキー"
    " トークン"
    " シークレット アクセスキー 金鑰 api密钥 sas+token connection+token"
).split()


def _any_case(name: str) -> Shape:
    """A name whose parts are joined as prose, code and configuration join them."""
    return Seq(tuple(_letter(c) for c in name))


def _letter(c: str) -> Shape:
    if c == "+":
        return chars("[ _-]", 0, 1)
    both = {c.lower(), c.upper()}
    return Chars(f"[{''.join(sorted(both))}]" if len(both) > 1 and len(c.upper()) == 1 else f"[{c}]")


def _names(words: list[str]) -> Shape:
    """Longer ones first: `re` takes the first that goes on."""
    return Alt(tuple(map(_any_case, sorted(words, key=len, reverse=True))))


_NAMES: Final = _names([*_PASSWORD, *_KEY])
_IS_PASSWORD = re.compile(source(_names(_PASSWORD)))

# "API_KEY_PROD", "secretKeyBase", "access tokens"; then "for the staging server", "you asked for".
_SUFFIX: Final = seq(
    chars("[A-Za-z0-9]", 0, 12), Repeat(seq(Chars("[_-]"), chars("[A-Za-z0-9]", 1, 12)), 0, 2)
)
_PURPOSE: Final = optional(Chars(" "), Repeat(Chars(r"[^\n:=.!?,;|]", broad=True), 1, 32))
_REMARK: Final = optional(chars(" ", 0, 1), Chars("[(（]"), chars(r"[^\n()（）]", 1, 24), Chars("[)）]"))
_MARKS: Final = chars("[\"'`*_\\]]", 0, 4)
_BLANK: Final = "[ \t\u00a0]"


_SAID = (
    "is now", "is set to", "is", "are", "was", "set to", "to", "should be", "will be", "ist jetzt", "ist",
    "lautet", "heißt", "es ahora", "es", "est maintenant", "est", "è", "é", "is nu", "luidt", "sera", "será",
)  # fmt: skip
_SURE: Final = alt(
    seq(
        chars(_BLANK, 0, 6),
        alt(seq(chars("[:=]", 1, 2), chars("[>=]", 0, 1)), Chars("[|：＝>]"), texts("->")),
    ),
    seq(chars(_BLANK, 1, 2), texts(*_SAID)),
    seq(chars(" ", 0, 1), texts("是", "为", "為", "は", "が")),
)
# A blank alone is hardly a sign: what follows must then be the plainer.
_SIGN: Final = alt(seq(_PURPOSE, _REMARK, _MARKS, _SURE), seq(_MARKS, Chars(_BLANK)))
_OPENING: Final = chars("[ \t\r\n\"'`*(「『“‘„«]", 0, 10)
_SCHEME: Final = optional(texts("Bearer", "bearer", "Basic", "basic", "Token", "token"), Chars(" "))
# A name, what it is for, a sign or a word, quotation marks, a scheme.
ASSIGNED: Final = seq(_NAMES, _SUFFIX, _MARKS, _SIGN, _OPENING, _SCHEME)
# A value goes on to white space, a quotation mark or what is no ASCII.
VALUE: Final = run(r"[!#-&(-+\--:=?-\[\]-_a-{}~]", 6)
BEARER: Final = seq(
    texts("Authorization", "authorization", "AUTHORIZATION", "Proxy-Authorization"),
    run("[\"' :=]", 1),
    texts("Bearer", "bearer", "Basic", "basic", "Token", "token", "ApiKey"),
    chars(" ", 1, 2),
)

_OTHER = (
    "hash|digest|sum|file|path|dir|name|ids?|url|uri|endpoint|expiry|expires|length|limit|count|type"
    "|policy|field"
    "|label|hint|reset|regex|pattern|rotation|algorithm|bucket|ref|arn|version|manager|fingerprint"
)
# A word of its own, or the last of a camel's humps.
_NO_SECRET_NAME = re.compile(rf"(?:(?<![A-Za-z])(?i:{_OTHER})|(?<=[a-z])(?:{_OTHER.title()}))\W*\Z")


def says_password(lead: str) -> bool:
    """Whether what stands before names a password rather than a key."""
    return _IS_PASSWORD.match(lead) is not None


def names_other(lead: str) -> bool:
    """Whether it names something about a secret: its hash, its file, its length."""
    name = re.split(r"[:=|(（\n]| (?:is|ist|es|est|è|é|to|set)\b", lead, maxsplit=1)[0]
    return _NO_SECRET_NAME.search(name) is not None


def is_sure(lead: str) -> bool:
    """Whether a sign says that what follows is the value: ":", "=", "is"."""
    return _A_SIGN.search(lead) is not None


_A_SIGN = re.compile(
    r"[:=|：＝是为為はが>]|\b(?:is|are|was|be|to|ist|lautet|heißt|nu|ahora|maintenant|es|est|è|é|luidt"
    r"|sera|será)\b"
)
