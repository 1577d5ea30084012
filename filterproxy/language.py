"""
Which language a text is in, well enough to choose what to answer in.

Scripts tell Chinese and Japanese; function words the others. Not a classifier: a text with too little to
go by is of no language, and the caller has a default for that.
"""

from __future__ import annotations

import re
from collections import Counter

from filterproxy.core.request import Request

LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl", "zh", "ja")

# Code points that are looked at: the first lines of a text have its language.
_REACH = 2000
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+")
# Of times and days, in whatever language: "9 am" is no German preposition, "Mon-Fri" no French pronoun.
_OF_TIMES = re.compile(r"(?<=[0-9])\s?[ap]m\b|\bmon\b(?=\s?[-–—:,/0-9])")

# Function words and a few that open a question. A word of two languages counts for both.
FUNCTION_WORDS = {
    "en": """
        the is are was of and to in at what when where how do does you your my we our it this that
        have has can with for on not please will would there they be if any from which who i me
        hello hi thanks thank open opening hours closed closes until monday tuesday wednesday thursday
        friday saturday sunday half past nine
    """,
    "es": """
        el la los las un una de del y que es en a qué cuándo cómo dónde cuál su sus tu por para
        con se lo al está están hay hola gracias pero más no me mi nos abren abre horario cuánto
        sí tienen puedo hasta estamos abierto abiertos abierta cerrado cerrados abrimos cerramos desde
        lunes martes miércoles jueves viernes sábado domingo horas mañana tarde
    """,
    "fr": """
        le la les un une des de du et est que qui dans à au aux vous votre vos nous je il elle ce
        cette pour par avec sur pas ne quand quelle quel quels où comment bonjour merci êtes sont
        heure heures avez ouvrez mon ma c'est ouvert ouverts ouverte ouvrons fermé fermés sommes jusqu
        lundi mardi mercredi jeudi vendredi samedi dimanche entre
    """,
    "de": """
        der die das ein eine einen einem und ist sind nicht zu wann wie wo was welche sie ihr ihre
        ihren ich wir mit von für auf im am den dem des es haben hat kann bitte danke hallo guten
        geöffnet öffnen um bis uhr oder bei geschlossen offen ab montag dienstag mittwoch donnerstag
        freitag samstag sonntag montags sonntags früh halb viertel
    """,
    "it": """
        il lo la i gli le un una di del della e è che in a al quando come dove quale per con si
        non sono siete avete vostro mi ciao grazie buongiorno orari orario aprite apre dalle alle
        chiude anche più questo ho posso c'è siamo aperto aperti aperta apriamo chiuso chiusi chiusa
        lunedì martedì mercoledì giovedì venerdì sabato domenica fino dal ore
    """,
    "pt": """
        o a os as um uma de do da dos das e é que em no na nos quando como onde qual para com por
        se não são você vocês meu minha olá obrigado obrigada está horário abre abrem até mais
        também tem posso às fecha estamos aberto abertos aberta abrimos fechado fechados fechamos das
        segunda terça quarta quinta sexta sábado domingo feira horas manhã tarde
    """,
    "nl": """
        de het een en is zijn van op in te wat wanneer hoe waar welke u uw jullie je ik wij we met
        voor niet ook aan dat dit er hebben heeft kan graag hallo bedankt open laat naar om tot
        bij uur of wij geopend gesloten dicht maandag dinsdag woensdag donderdag vrijdag zaterdag
        zondag vanaf elke half
    """,
}
_OF_WORD: dict[str, tuple[str, ...]] = {
    word: tuple(code for code in FUNCTION_WORDS if word in FUNCTION_WORDS[code].split())
    for word in {w for words in FUNCTION_WORDS.values() for w in words.split()}
}


def language_of(text: str) -> str:
    """
    The code of *text*'s language, one of LANGUAGES; "" when that cannot be told.

    One word is enough when it is of one language only.
    """
    text = text[:_REACH]
    if not text.isascii():
        if _KANA.search(text):
            return "ja"
        han = len(_HAN.findall(text))
        if han and han * 4 >= len(_WORD.findall(text)):
            return "zh"
    return _by_words(text)


def _by_words(text: str) -> str:
    scores: Counter[str] = Counter()
    for word in _WORD.findall(_OF_TIMES.sub(" ", text.lower())):
        codes = _OF_WORD.get(word, ())
        for code in codes:
            # A word that few languages share says more.
            scores[code] += 12 // len(codes)
    best = scores.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return ""
    return best[0][0] if best[0][1] >= 6 else ""


def request_language(request: Request) -> str:
    """The language of the last user turn; "" when that cannot be told. Worked out once per request."""
    key = "language"
    found = request.memo.get(key)
    if not isinstance(found, str):
        found = request.memo[key] = language_of(request.question)
    return found
