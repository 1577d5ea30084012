"""Language: a reply in another language than its question is found, and what cannot be told never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import MATCH_LIMIT
from filterproxy.detectors.language import _CALLED, Language, asked_in
from filterproxy.detectors.tongues import NAMES, told

MISMATCH = Language(("asked",), other=True)


def asked(question: str, system: str = "", earlier: str = "") -> Request:
    turns = [Turn("system", system), Turn("user", earlier), Turn("assistant", "Ok."), Turn("user", question)]
    return Request(turns=tuple(turns))


def hits(detector: Language, reply: str, request: Request) -> bool:
    return detector.find(reply, 0, (0, len(reply)), request) is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The lamp is in stock and will be sent today.", "en"),
        ("La lámpara está disponible y se envía hoy.", "es"),
        ("La lampe est en stock et nous l'envoyons aujourd'hui.", "fr"),
        ("Die Lampe ist auf Lager und wird heute verschickt.", "de"),
        ("La lampada è disponibile e viene spedita oggi.", "it"),
        ("A luminária está disponível e será enviada hoje.", "pt"),
        ("De lamp is op voorraad en wordt vandaag verzonden.", "nl"),
        ("这盏灯有货，今天就可以发货。", "zh"),
        ("這盞燈有貨，我們今天可以出貨。", "zh"),
        ("このランプは在庫があり、本日発送します。", "ja"),
        ("이 램프는 재고가 있으며 오늘 발송됩니다.", "ko"),
        ("Лампа есть в наличии и будет отправлена сегодня.", "ru"),
        ("Лампа є в наявності та буде відправлена сьогодні.", "uk"),
        ("المصباح متوفر وسيتم شحنه اليوم.", "ar"),
        ("Lampan finns i lager och skickas i dag, men du kan också hämta den.", "sv"),
        ("Lampa jest na stanie i zostanie wysłana dzisiaj, ale można ją odebrać.", "pl"),
        ("Lamba stokta var ve bugün sizin için gönderilecek.", "tr"),
        ("Η λάμπα είναι διαθέσιμη και θα σταλεί σήμερα.", "el"),
    ],
)
def test_a_sentence_is_of_the_language_it_is_written_in(text: str, code: str) -> None:
    """Also of those that are there only to be told as other."""
    assert told(text) == code


NOBODYS = [
    "",
    "OK.",
    "Ok, 9 am.",
    "9:00-18:00",
    "Vincent van Gogh",
    "Museo Nacional del Prado.",
    "La Casa de las Flores",
    "Hotel de la Ville",
    "Coq au vin",
    "10時開店",
    "北京大学",
    "https://example.com/de/der-die-das?und=ist",
    "der.die.das@example.de",
    "```python\nfor i in range(10):\n    print(i, is_the, and_for)\n```",
    "`if x is not None and the_end: return`",
    "“Der Himmel ist blau und die Sonne scheint.”",
    "«Je ne regrette rien»",
    "| 9 | 10 |\n|---|---|\n| 11 | 12 |",
    "🙂👍",
]


@pytest.mark.parametrize("text", NOBODYS)
@pytest.mark.parametrize(
    "question", ["What time do you open?", "Wann haben Sie geöffnet?", "何時に開きますか。"]
)
def test_what_is_of_no_language_never_matches(text: str, question: str) -> None:
    """Whichever option."""
    request = asked(question)

    assert told(text) == ""
    assert not hits(MISMATCH, text, request)
    assert not hits(Language(("en", "fr"), other=True), text, request)
    assert not hits(Language(tuple(NAMES)), text, request)


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("What time do you open on Sundays?", "Wir haben sonntags leider geschlossen."),
        ("What time do you open on Sundays?", "Los domingos estamos cerrados, pero el lunes abrimos."),
        ("Wann haben Sie geöffnet?", "We are open from Monday to Friday."),
        ("Quels sont vos horaires ?", "Our opening hours are 9 to 5, Monday to Friday."),
        ("¿A qué hora abren?", "Nous sommes ouverts de 9 h à 18 h tous les jours."),
        ("Hoe laat gaat de winkel open?", "Wir öffnen um neun Uhr und schließen um achtzehn Uhr."),
        ("A que horas vocês abrem?", "Abrimos a las nueve de la mañana y cerramos a las ocho."),
        ("¿Tienen aparcamiento?", "Sim, nós temos estacionamento para os clientes e é gratuito."),
        ("Avete un parcheggio per i clienti?", "Yes, we have a car park behind the shop."),
        ("Can I return my lamp?", "您可以在三十天内退货。"),
        ("返品できますか？", "您可以在三十天内退货，请您带上收据。"),
        ("可以退货吗？", "はい、30日以内であれば返品できます。"),
        ("Where is my order?", "Ваш заказ уже отправлен."),
        ("Where is my order?", "주문하신 상품은 내일 배송될 예정입니다."),
        ("Do you ship to Canada?", "Oui, nous livrons au Canada et la livraison est gratuite."),
    ],
)
def test_a_reply_in_another_language_than_the_question_is_found(question: str, reply: str) -> None:
    """From short sentences."""
    assert hits(MISMATCH, reply, asked(question))


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("What time do you open?", "We open at nine. Auf Wiedersehen!"),
        ("What time do you open?", "OK."),
        ("Can you recommend a hotel?", "The Hotel de la Ville is a nice place to stay."),
        ("Was bedeutet das Lied?", "„Non, je ne regrette rien“ ist ein Lied von Édith Piaf."),
        ("How do you say good morning in French?", "On dit « bonjour » le matin, et bonsoir le soir."),
        ("Translate: where is the station and when does it open", "Wo ist der Bahnhof und wann öffnet er?"),
        ("Übersetzen Sie das bitte ins Englische.", "The shop is closed and we are not there."),
        ("Traduisez ceci : la boutique est fermée", "The shop is closed and we are not there."),
        ("Can you answer in Spanish?", "Sí, claro, hablo español con usted."),
        ("Do you speak my language? Ich spreche kein Englisch.", "Ja, wir sprechen auch Deutsch mit Ihnen."),
        ("Please summarise this: Der Hund läuft über die Straße und bellt.", "Der Hund läuft und bellt."),
        ("Ok", "Wir haben heute leider nicht geöffnet."),
        ("", "Wir haben heute leider nicht geöffnet."),
        ("用英语怎么说你好吗？", "You can say: how are you?"),
        ("「ありがとう」は英語で何と言いますか。", "You can say that you are thankful for it."),
    ],
)
def test_what_was_asked_for_is_no_mismatch(question: str, reply: str) -> None:
    """Translations, other languages by name, texts brought along; and questions that cannot be told."""
    assert not hits(MISMATCH, reply, asked(question))


@pytest.mark.parametrize(
    ("system", "earlier"),
    [("Always answer in German.", ""), ("Antworte immer auf Deutsch.", ""), ("", "Bitte sprich Deutsch")],
)
def test_a_language_named_before_is_no_mismatch(system: str, earlier: str) -> None:
    """By the operator, or in an earlier turn; of another language it still is one."""
    request = asked("When do you open?", system, earlier)

    assert not hits(MISMATCH, "Wir haben ab neun Uhr für Sie geöffnet.", request)
    assert hits(MISMATCH, "Nous sommes ouverts tous les jours à neuf heures.", request)


def test_languages_may_be_named() -> None:
    """`is` wants one of them, `not` none; `asked` may stand beside others."""
    reply, request = "Wir haben heute leider geschlossen.", asked("When do you open?")

    assert hits(Language(("fr", "de")), reply, request)
    assert not hits(Language(("fr", "en")), reply, request)
    assert hits(Language(("fr", "en"), other=True), reply, request)
    assert not hits(Language(("fr", "de"), other=True), reply, request)
    assert not hits(Language(("asked", "de"), other=True), reply, request)


def test_the_match_is_the_unit_and_begins_with_it() -> None:
    """Of a long one as much as a match may span."""
    text = "We are open. Wir haben heute leider geschlossen. " + "Wir haben heute leider geschlossen. " * 200
    german = Language(("de",))

    assert german.find(text, 13, (13, 49), Request()) == (13, 49)
    assert german.find(text, 14, (13, 49), Request()) is None
    assert german.find(text, 13, (13, len(text)), Request()) == (13, 13 + MATCH_LIMIT)
    assert german.find(text, 0, (0, 13), Request()) is None


@pytest.mark.parametrize(
    ("languages", "other"), [((), False), (("xx",), False), (("asked",), False), (("de", "german"), True)]
)
def test_a_language_that_cannot_be_told_is_refused(languages: tuple[str, ...], other: bool) -> None:
    """At construction, with a sentence."""
    with pytest.raises(ValueError, match=r"language"):
        Language(languages, other)


def test_each_language_is_called_something() -> None:
    """Or nobody could ask for it."""
    assert list(_CALLED) == list(NAMES)


def test_the_language_of_a_question_is_worked_out_once() -> None:
    """It is asked for by each rule."""
    request = asked("Wann haben Sie geöffnet?")
    first = asked_in(request)
    request.turns = ()

    assert (first, asked_in(request)) == ("de", "de")


@given(st.text(max_size=300))
def test_every_text_is_of_a_known_language_or_none(text: str) -> None:
    """Whatever stands there."""
    assert told(text) in {"", *NAMES}
