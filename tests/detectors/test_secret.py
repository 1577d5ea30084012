"""Secret: real keys are found whole, placeholders and broken ones pass, and nothing is let go too early."""

from __future__ import annotations

import base64
import json
import random
import string

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.shape import prefixes, wide
from filterproxy.detectors.secret import Secret
from filterproxy.detectors.secret_value import entropy, is_key, is_made_up, is_password
from tests.detectors.finding import found

REQUEST = Request()
LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def said(kind: str, text: str) -> list[str]:
    return [text[start:end] for start, end in found(DETECTORS[kind], text)]


DRAWN = random.Random(3)


def drawn(size: int, letters: str = LETTERS) -> str:
    return "".join(DRAWN.choice(letters) for _ in range(size))


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


# Made here, so that no file of this project has a key that a scanner would report.
WHOLE = {
    "aws": ["AK" + "IA" + drawn(16, string.ascii_uppercase + "234567"),
            "AS" + "IA" + drawn(16, string.ascii_uppercase + "234567") + ":" + drawn(40, LETTERS + "+")],
    "github": ["gh" + "p_" + drawn(36), "gh" + "o_" + drawn(36),
               "github" + "_pat_" + drawn(22) + "_" + drawn(59)],
    "gitlab": ["gl" + "pat-" + drawn(20)],
    "google": ["AI" + "za" + drawn(35), "GOC" + "SPX-" + drawn(28)],
    "jwt": [encoded({"alg": "HS256", "typ": "JWT"}) + "." + encoded({"sub": "jo-7"}) + "." + drawn(43)],
    "model": ["s" + "k-" + drawn(48), "s" + "k-proj-" + drawn(80), "s" + "k-ant-api03-" + drawn(90)],
    "npm": ["npm" + "_" + drawn(36)],
    "pypi": ["py" + "pi-AgEIcHlwaS5vcmc" + drawn(120)],
    "sendgrid": ["S" + "G." + drawn(22) + "." + drawn(43)],
    "slack": ["xo" + "xb-" + drawn(12, string.digits) + "-" + drawn(12, string.digits) + "-" + drawn(24)],
    "stripe": ["sk" + "_live_" + drawn(24), "rk" + "_test_" + drawn(40)],
    "twilio": ["S" + "K" + drawn(32, HEX)],
}  # fmt: skip
# (text, the secret in it)
BEHIND = {
    "assigned": [
        ("password: {}", "vN3kd82mZq"),
        ("**Password:** `{}`", "vN3kd82mZq"),
        ("DB_PASSWORD={}", "vN3$kd82mZ"),
        ('{"clientSecret": "{}"}', drawn(32)),
        ("Your password is {}.", "kR7wv2mQx9"),
        ("The password for the staging server is {}", "Blue-Kite-4821"),
        ("Das Passwort lautet {}.", "vN3kd82mZq"),
        ("Le mot de passe est {}", "vN3kd82mZq"),
        ("La contraseña es {}", "vN3kd82mZq"),
        ("La password è {}", "vN3kd82mZq"),
        ("A senha é {}", "vN3kd82mZq"),
        ("Het wachtwoord is {}", "vN3kd82mZq"),
        ("密码是{}。", "vN3kd82mZq"),
        ("パスワードは「{}」です", "vN3kd82mZq"),
        ("Authorization: Bearer {}", drawn(40)),
        ("Authorization: Basic {}", base64.b64encode(b"jo:vN3kd82mZq").decode()),
        ("https://lamp.test/a?api_key={}&page=2", drawn(32)),
        ("Your API key:\n\n```\n{}\n```", drawn(36)),
    ],
    "azure": [
        ("AccountKey={};EndpointSuffix=core.windows.net", base64.b64encode(DRAWN.randbytes(64)).decode()),
        ("https://a.test/c?sv=2022&sig={}", drawn(43) + "%3D"),
    ],
    "twilio": [("curl -u AC" + drawn(32, HEX) + ":{}", drawn(32, HEX))],
    "url": [
        ("postgres://admin:{}@db.test/shop", "s3cretLamp9"),
        ("redis://:{}@cache.test:6379/0", drawn(16)),
    ],
}
PASSED = {
    "aws": ["AKIAIOSFODNN7EXAMPLE", "AKIAXXXXXXXXXXXXXXXX", "Keys begin with AKIA."],
    "assigned": [
        "password: ********",
        "password: <your-password>",
        "password=changeme",
        "password: P@ssw0rd",
        "PASSWORD=${DB_PASSWORD}",
        'api_key = os.environ["API_KEY"]',
        "apiKey: process.env.API_KEY,",
        "api_key=YOUR_API_KEY_HERE_1234",
        "token: ${{ secrets.DEPLOY_TOKEN_2 }}",
        "Authorization: Bearer <token>",
        "Your password must have 8 characters, 1 digit and 1 sign.",
        "The token expires 2024-05-12T10:00:00Z.",
        "token_path: /var/run/secrets/token-1",
        "password_hash: " + drawn(32),
        "token: 550e8400-e29b-41d4-a716-446655440000",
        "secretName: db-credentials-v2",
        "Das Passwort muss mindestens 12 Zeichen haben.",
        "密码必须至少包含8个字符。",
        "mongodb://<username>:<password>@cluster0.mongodb.test",
        "commit 3f9ac81e7b20d45696e1fbb07c2d8aa4e1f0b312",
    ],
    "azure": ["AccountKey=<your-account-key>;EndpointSuffix=x", "?sv=2022&sig=<signature>"],
    "github": ["ghp_" + "x" * 36, "ghp_" + drawn(35), "ghp_YOUR_TOKEN_HERE", "Tokens begin with ghp_."],
    "gitlab": ["glpat-" + "x" * 20, "glpat-YOUR-TOKEN-HERE-PLEASE"],
    "google": ["AIzaSy" + "X" * 33, "AIza" + drawn(36), "AIza" + drawn(12)],
    "jwt": [encoded({"typ": "JWT"}) + "." + encoded({"sub": "jo-7"}) + "." + drawn(43), "eyJ....eyJ....abc"],
    "model": ["sk-" + "x" * 48, "sk-1234567890abcdef1234567890abcdef", "sk-" + drawn(40) + "..."],
    "npm": ["npm_" + drawn(35), "npm_config_registry"],
    "pypi": ["pypi-AgE" + drawn(80), "pypi-AgEIcHlwaS5vcmc..."],
    "sendgrid": ["SG." + "x" * 22 + "." + "x" * 43],
    "slack": ["xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx", "xoxb-your-token-here"],
    "stripe": ["sk_live_" + "x" * 24, "sk_live_YOUR_KEY", "sk_live_51Hq7LkX2vB8nTfR1yWc..."],
    "twilio": ["AC" + drawn(32, HEX), "SK" + "x" * 32],
    "url": [
        "postgres://user:password@localhost/db",
        "postgres://postgres:postgres@localhost/db",
        "postgres://${USER}:${PASS}@${HOST}/db",
        "http://localhost:8080/a@b",
    ],
}
KINDS = sorted({*WHOLE, *BEHIND})
DETECTORS = {kind: Secret(kind) for kind in KINDS}
EXAMPLES = [(kind, secret) for kind, secrets in WHOLE.items() for secret in secrets] + [
    (kind, text.replace("{}", secret)) for kind, cases in BEHIND.items() for text, secret in cases
]


@pytest.mark.parametrize(("kind", "secret"), [(k, s) for k, secrets in WHOLE.items() for s in secrets])
@pytest.mark.parametrize("frame", ["{}", "It is {}.", "`{}`", "key={}\n", "（{}）"])
def test_a_secret_is_found_whole_wherever_it_stands(kind: str, secret: str, frame: str) -> None:
    """Its span is the secret without what stands around it."""
    assert said(kind, frame.format(secret)) == [secret]


@pytest.mark.parametrize(
    ("kind", "text", "secret"), [(k, *case) for k, cases in BEHIND.items() for case in cases]
)
def test_what_a_name_stands_before_is_found_without_it(kind: str, text: str, secret: str) -> None:
    """The name stays."""
    assert said(kind, text.replace("{}", secret)) == [secret]


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in PASSED.items() for t in texts])
def test_placeholders_references_and_broken_keys_pass(kind: str, text: str) -> None:
    """What manuals write, what points elsewhere, what fails its check."""
    assert said(kind, text) == []


@pytest.mark.parametrize(("kind", "secret"), [(k, s) for k, secrets in WHOLE.items() for s in secrets])
def test_a_part_of_something_longer_passes(kind: str, secret: str) -> None:
    """No letter or digit may stand before it."""
    assert secret not in said(kind, "a7" + secret)


def test_samples_that_their_makers_print_pass() -> None:
    """They are everybody's."""
    assert said("stripe", "sk" + "_test_4eC39HqLyjWDarjtT1zdp7dc") == []
    assert said("github", "gho" + "_16C7e42F292c6912E7710c838347Ae178B4a") == []


@given(st.text(max_size=60))
def test_any_value_is_judged(value: str) -> None:
    """Whatever stands there: a truth value, and an entropy within its bounds."""
    assert 0 <= entropy(value) <= 6
    assert not (is_key(value) and is_made_up(value))
    assert is_password(value, sure=True) or not is_password(value, sure=False)


def test_a_match_lies_inside_its_unit() -> None:
    """The name before it must lie there too; what stands behind is not looked at."""
    text = "password: vN3kd82mZq7"

    assert found(DETECTORS["assigned"], text, (0, 20)) == [(10, 20)]
    assert found(DETECTORS["assigned"], text, (4, 21)) == []


def test_a_kind_that_is_none_is_refused() -> None:
    """At construction, with a sentence."""
    with pytest.raises(ValueError, match="'githb' is no kind of secret; there are assigned, aws"):
        Secret("githb")


NOISE = st.text("a7 -.:/=\"'_Zé密\n@", max_size=8)
TAILS = {
    kind: re2.compile(f"(?:{prefixes(d.shape)})\\z") for kind, d in DETECTORS.items() if d.shape is not None
}
GATES = {kind: re2.compile(wide(d.shape)) for kind, d in DETECTORS.items() if d.shape is not None}


@given(st.sampled_from(EXAMPLES), NOISE, NOISE, st.data())
def test_the_shape_covers_every_match_and_all_that_is_undecided(
    example: tuple[str, str], before: str, after: str, data: st.DataObject
) -> None:
    """The gate names the rule; what comes before the hold is as it would be in the longer text."""
    kind, secret = example
    text = before + secret + after
    cut = data.draw(st.integers(0, len(text)))
    spans = found(DETECTORS[kind], text)
    held = TAILS[kind].search(text[:cut]).start()

    assert not spans or GATES[kind].search(text)
    assert all(start >= held for start, end in spans if start < cut <= end)
    assert [s for s in spans if s[0] < held] == [s for s in found(DETECTORS[kind], text[:cut]) if s[0] < held]


@given(st.sampled_from(EXAMPLES), NOISE, st.data())
def test_what_is_left_when_text_has_gone_finds_the_same(
    example: tuple[str, str], before: str, data: st.DataObject
) -> None:
    """A search that begins at the hold finds what one from the beginning does."""
    kind, secret = example
    text = before + secret
    cut = data.draw(st.integers(0, len(text)))
    held = TAILS[kind].search(text[:cut]).start()
    later = [s for s in found(DETECTORS[kind], text) if s[0] >= held]

    assert later == found(DETECTORS[kind], text, (held, len(text)))


def test_ordinary_text_hardly_waits() -> None:
    """A word does not begin a key; but it does an address, and a secret of Azure has no prefix."""
    text = "We are closed all day"

    waits = {len(text) - TAILS[kind].search(text).start() for kind in KINDS if kind not in ("azure", "url")}
    assert max(waits) <= 1
