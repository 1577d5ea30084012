"""
Whether a sentence of a user states something: not a question, and not a guess ("I think you open at nine").

A question mark tells most questions; some languages ask without one ("九点开门吗", "開いていますか。"),
and tags do in any ("..., n'est-ce pas."). A guess is told by its verb or adverb.
"""

from __future__ import annotations

import re

_MARK = re.compile(r"[?？؟][\s\"'”’)\]」』）»!！]*\Z")
_ENDS_ASKING = re.compile(
    r"(?:"
    r",\s*(?:right|correct|isn't\s+it|aren't\s+you|oder|gell|nicht\s+wahr|stimmt's|n'est-ce\s+pas|c'est\s+ça|verdad"
    r"|no\s+es\s+así|vero|giusto|non\s+è\s+vero|não\s+é|né|certo|toch|nietwaar)"
    r"|[吗嗎呢么吧]|对不对|是不是|對嗎|是吧"
    r"|(?:です|ます|でしょう|ました|でした|ません|の|ない|だろう)か(?:ね)?|よね|ですよね|だよね|でしょう|だろう"
    r")[\s.。!！…\"'”’)\]」』）]*\Z",
    re.I,
)
_GUESS = re.compile(
    "|".join(
        (
            r"\b(?:i|we)\s+(?:think|guess|assume|believe|suppose|imagine|hope|bet|presume)\b",
            r"\b(?:maybe|perhaps|probably|presumably)\b",
            r"\b(?:ich|wir)\s+(?:glaube|denke|vermute|schätze|hoffe|nehme\s+an|meine|glauben|denken|vermuten)\b",
            r"\b(?:glaube|denke|vermute|schätze)\s+ich\b",
            r"\b(?:vielleicht|wahrscheinlich|vermutlich|wohl|möglicherweise|eventuell)\b",
            r"\bje\s+(?:pense|crois|suppose|imagine|présume|parie)\b|\bj['’](?:imagine|espère)\b",
            r"\b(?:peut-être|probablement|sans\s+doute|il\s+me\s+semble)\b",
            r"\b(?:creo|supongo|imagino|pienso|espero)\s+que\b|\bme\s+parece\b",
            r"\b(?:quizás?|tal\s+vez|a\s+lo\s+mejor|probablemente|seguramente)\b",
            r"\b(?:penso|credo|suppongo|immagino|presumo|spero)\b|\bmi\s+sembra\b",
            r"\b(?:forse|probabilmente|magari)\b",
            r"\b(?:acho|penso|creio|suponho|imagino|presumo)\s+que\b|\bparece-me\b",
            r"\b(?:talvez|provavelmente|se\s+calhar)\b",
            r"\bik\s+(?:denk|geloof|vermoed|gok|neem\s+aan|hoop)\b|\b(?:denk|geloof|vermoed)\s+ik\b",
            r"\b(?:misschien|waarschijnlijk|vermoedelijk|wellicht)\b",
            # 我想 before a verb is a wish.
            r"我(?:猜|以为|以為|觉得|覺得|估计|估計|认为|記得|记得)|我想(?=你|您|他|她|它|应该|應該|是)",
            r"(?:可能|也许|也許|或许|大概|应该是|應該是|恐怕)",
            r"と(?:思|おも)(?:う|い|って)|はず|かもしれ|たぶん|多分|おそらく|恐らく|きっと",
        )
    ),
    re.I,
)


def states(sentence: str) -> bool:
    """Whether *sentence* states something, in any of nine languages."""
    return not (_MARK.search(sentence) or _ENDS_ASKING.search(sentence) or _GUESS.search(sentence))
