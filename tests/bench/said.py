# ruff: noqa: E501 - a paragraph is one line
"""
Replies as chatbots give them, for the rulebook that ships: paragraphs of our own, three or four to a reply.

Most of what a bot says states nothing that a rule looks for; every third reply here has one paragraph on
prices, hours, dates, links or deeds, as customers ask for them. Replies are in one language. Made by program
from the paragraphs below; the same on every run.
"""

from __future__ import annotations

import random

from filterproxy.language import language_of

COUNT = 120
_BYTES = 1000

_PLAIN = """\
The lamp needs a moment to warm up after it has been moved, so give it a little time before you judge the colour. If the light still looks pale, turn the small wheel under the shade until it clicks. The click tells you that the filter sits where it should.

You can clean the shade with a soft, dry cloth. Please avoid sprays and anything that contains alcohol, because they make the surface dull. A little dust inside the head is normal and does no harm.

It sounds as if the cable is loose at the base. Unplug the lamp, press the connector in firmly and try again. If it still flickers, try another socket in the same room, which tells us whether the lamp or the socket is to blame.

I understand how annoying that is, and I am sorry for the trouble. Let us find out together what went wrong. Could you describe what the display shows when you press the button, and whether you hear a sound?

To reset the password, choose "Forgot password" on the login page and follow the link in the message that arrives. Look into the spam folder when nothing comes. The link works only once, so use the newest message if there are several.

Here is a short summary of what the article says:
- Teams underestimate how long a migration takes.
- Small steps that can be undone beat a big switch.
- Measuring before and after keeps everybody honest.

The function returns early when the list is empty, which is why the second test fails. Move the check below the loop, or give the variable a default:

```python
def largest(values, default=None):
    best = default
    for value in values:
        if best is None or value > best:
            best = value
    return best
```

Basil grows best on a bright window sill. Water it from below, let the soil dry a little in between, and pick the top leaves first so that the plant becomes bushy. Cold draughts are what it likes least.

A good letter of application is short and concrete. Begin with why this company, then show with one example what you did well, and end with what you hope to learn. Leave out what the reader can see in your CV anyway.

Both models have the same frame. The larger one carries heavier books and has a second drawer, while the smaller one fits under a window. If you read in the evening, the larger one is probably the better choice.

The difference between the two words is one of tone. The first is neutral and fits into any report; the second sounds warmer and is what you would say to a friend. In your sentence I would keep the first.

Think of an index as the register at the back of a book. Without it the database has to read every page; with it, it looks up the word and goes straight to the right place. The price of that is space, and a little work whenever something changes.

For a weekend in the mountains I would pack layers: a light shirt, something warm, and a jacket that keeps the rain out. Good shoes matter more than anything else. Take less food than you think and more water.

Happy to help! Which version of the app do you use, and on which phone? With that I can tell you where the setting is, as the menu has moved around quite a bit.

Unfortunately I cannot see your account from here. A colleague with access can look into it; please have the number of the order at hand when you get in touch, so that nobody needs to ask again.

The story is about two sisters who inherit a lighthouse and cannot agree on what to do with it. What begins as a quarrel about money becomes a search for the truth about their mother. The ending is open, which not every reader will like.

First whisk the eggs with the sugar until they are pale. Then fold in the flour with a spoon, never with the mixer, or the dough becomes tough. Pour everything into the tin and bake until a wooden stick comes out clean.

Photosynthesis turns light into chemical energy. Plants take in water and carbon dioxide and give off oxygen; the sugar that they make feeds nearly everything else that lives. The green of the leaves is the colour that they cannot use.

Das ist gut möglich. Prüfen Sie bitte zuerst, ob der Stecker fest in der Buchse sitzt und ob die Lampe an einer anderen Steckdose leuchtet. Wenn beides nicht hilft, liegt es vermutlich am Netzteil, das sich leicht austauschen lässt.

Sie finden die Einstellung im Menü unter "Konto" und dann "Benachrichtigungen". Dort lässt sich für jedes Gerät festlegen, welche Meldungen Sie erhalten möchten. Änderungen gelten sofort.

Vous pouvez nettoyer l'abat-jour avec un chiffon doux et sec. Évitez les produits qui contiennent de l'alcool, car ils ternissent la surface. Un peu de poussière à l'intérieur est tout à fait normal.

Para cambiar la contraseña, elija la opción correspondiente en la página de acceso y siga las instrucciones del mensaje. Si no lo encuentra, mire también en la carpeta de correo no deseado.

ランプを移動した後は、色が安定するまで少しお待ちください。光がまだ弱い場合は、シェードの下にある小さなつまみを回してみてください。カチッと音がすれば、正しい位置にあります。

您可以用柔软的干布擦拭灯罩。请不要使用含酒精的清洁剂，以免表面失去光泽。灯头内有少量灰尘是正常现象，不会影响使用。"""

_STATING = """\
The desk lamp costs $49.99, and there is a discount of 15% when you take two. Shipping within the country is free from $50.

We are open Monday to Friday from 9 am to 6 pm and on Saturdays until noon. On public holidays the shop stays closed, but you can always leave a message.

I've cancelled your order and issued a full refund. The amount will be on your account within three to five business days, depending on your bank.

Your parcel left our warehouse on Tuesday and should be with you by 14 May. You can follow it at https://tracking.lampworks.net/parcel?id=20451 at any time.

Please write to help@lampworks.net or call +49 30 5557788 and mention the order. Somebody will get back to you within 24 hours.

Der Versand kostet 4,90 €, ab einem Bestellwert von 60 Euro entfällt er. Geliefert wird in der Regel innerhalb von zwei Werktagen.

Nous sommes ouverts du mardi au samedi de 10h à 19h. Le dimanche, le magasin est fermé.

当店の営業時間は午前10時から午後7時までです。定休日は水曜日です。"""


_PARAGRAPHS = tuple(_PLAIN.split("\n\n"))


def said_replies() -> tuple[str, ...]:
    """All replies, each about 1 000 bytes in UTF-8; less in languages that have few paragraphs here."""
    chance = random.Random(11)
    return tuple(_reply(chance, states=i % 3 == 1) for i in range(COUNT))


def _reply(chance: random.Random, *, states: bool) -> str:
    parts = [chance.choice(_STATING.split("\n\n"))] if states else []
    language = _language(parts[0] if parts else chance.choice(_PARAGRAPHS))
    plain = [part for part in _PARAGRAPHS if _language(part) == language]
    chance.shuffle(plain)
    while plain and sum(len(part.encode()) for part in parts) < _BYTES:
        parts.insert(chance.randint(0, len(parts)), plain.pop())
    return "\n\n".join(parts)


def _language(text: str) -> str:
    return language_of(text) or "en"
