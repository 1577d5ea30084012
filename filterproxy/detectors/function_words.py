"""
Function words by language, for telling one from the other.

Words that a sentence can hardly do without, and a few that open an answer. The nine languages of
`filterproxy.language` have their words there; here they get some more. The others are here to be told as
other: without Swedish, a Swedish text would pass for the nearest language that is known.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from filterproxy.language import FUNCTION_WORDS

_MORE: dict[str, str] = {
    "en": """
        but because been being by could did does just may more most much no so some should such than
        them then their these those through too under very were while who would yes about after all
        also an as before between both each he her him his how into its let only other our out over
        she she's i'm i'd i'll it's that's there's you're we're don't can't let's sure here tell make
        know want need help use get one every both sorry going am like looking find until till
        works
    """,
    "es": """
        porque son era fue ser ha han hemos he tiene tenemos sobre entre sin también muy ya cuando
        este esta esto estos estas ese esa eso como donde quién ni si le les nuestro nuestra nuestros
        nuestras todos todo toda todas puede pueden puedes hacer usted ustedes aquí ahora después antes
        hoy siempre solo otro otra favor gustaría quiero ayudarte ayudar cómo sé soy eres tengo tienes
        tu te lo siento
    """,
    "fr": """
        mais ou donc si sont était a ont avons avez être avoir fait faire plus très tout tous toute
        toutes leur leurs ses son sa mes tes ton ta on ils elles y en d'un d'une n'est qu'il aussi comme
        sans sous après avant entre chez ici là alors parce puis peut pouvez peux voici cela ça bien
        toujours suis es sommes quoi qu j ai s'il plaît ces peu je veux aider aujourd'hui voudrais voici
        pouvons aurait vais
    """,
    "de": """
        aber auch als also am an auf aus beim bin bis da dann dass daß denn dies diese dieser dieses
        dir doch du durch er es etwas euch euer gern gerne gibt hier ihm ihn immer ja jetzt kein keine
        keinen können könnt man mehr mein meine mich mir möchte möchten muss müssen nach noch nur ob
        ohne schon sehr sein seine seit sich sind so über um unter uns unser unsere vor war warum weil
        wenn werden wer wird wurde zum zur helfen alle allen mal gegen ihnen sonst heute öffnet
        schließt täglich gehe gehen komme vor nach
    """,
    "it": """
        ma o perché anche ancora molto tutto tutti tutte questa questi queste quello quella quelli sul
        sulla sui nel nella nei nelle dal dalla dai dalle degli delle dei agli ai alla allo gli lei lui
        noi voi loro mio mia tuo tua suo sua nostro nostra vostra essere era sarà hai abbiamo hanno puoi
        può possiamo se senza tra fra sotto sopra dopo prima oggi qui già solo sempre ogni cosa chi
        quali quanto vorrei ecco sì fare c'è dell' verso alle ore scrivi
    """,
    "pt": """
        mas porque muito também já ainda só todos todas tudo este esta isto esse essa isso aquele ele
        ela eles elas nós seu sua seus suas nosso nossa nossos nossas ser foi era tem têm temos tenho
        pode podem podemos fazer sobre entre sem depois antes hoje aqui agora sempre outro outra ao aos
        à pelo pela pelos pelas num numa dele dela estou estamos quanto quem gostaria quero ajudar
        ajudá-lo sou vou lhe até bem favor à às próximo nos
    """,
    "nl": """
        maar omdat als dan nog wel al alle alles andere deze die door een geen ging haar had hem hen hier
        hij iemand iets ik kunnen kunt kan ja jouw kon meer mijn mij moet moeten na naar nee niets
        nu ons onze over onder worden wordt werd was waren weer wie wil willen zal zich zij ze zo zonder
        zou zult zelf tussen tegen tijdens uit van veel via voor ben bent doen gaat goed vandaag open
        helpen u't daar openingstijden tot vanaf 's
    """,
}

_OTHERS: dict[str, str] = {
    "sv": """
        och att det som en är på för av med den till inte han har jag om ett var men sig från vi så kan
        när hade nu där eller ni du mycket också efter vid hos denna detta dessa vill ska skulle måste
        öppet öppna stängt vår våra vårt era hur vad vilken hej tack från mellan klockan lördag söndag
    """,
    "da": """
        og at det som en er på for af med den til ikke han har jeg om et var men sig fra vi så kan når
        havde nu der eller i du meget også efter ved hos denne dette disse vil skal skulle må åbent
        åbner lukket vores jeres hvordan hvad hvilken hej tak mellem klokken lørdag søndag mandag ugen
        blive bliver kunne noget være
    """,
    "no": """
        og at det som en er på for av med den til ikke han har jeg om et var men seg fra vi så kan når
        hadde nå der eller du mye også etter ved hos denne dette disse vil skal skulle må åpent åpner
        stengt vår våre deres hvordan hva hvilken hei takk mellom klokken lørdag søndag mandag uken
        bli blir kunne noe være
    """,
    "fi": """
        ja on ei että se oli hän mutta ovat joka kun niin kuin tai myös vain ole olen olet minä sinä me
        te he tämä tässä siitä jos mitä miten missä milloin voi voitte voit voimme sekä kaikki ennen
        jälkeen aina nyt hyvä kiitos hei avoinna auki suljettu olemme teidän meidän kanssa
    """,
    "pl": """
        i w na z do się nie to jest że o jak ale co od po za przez dla czy jego jej ich są był była być
        już tylko może można bardzo gdzie kiedy który która które tego tym ten ta te jako lub oraz przy
        pod nas nasz nasze państwo proszę dziękuję dzień dobry otwarte otwarty czynne godziny godzinach
        możemy mogę jesteśmy mam masz mamy jeśli
    """,
    "cs": """
        a v na se je že z do s o to i jak ale co od po za pro nebo jeho její jsou byl byla být už jen
        může velmi kde kdy který která které tento tato toto jako při pod nás náš naše prosím děkuji
        dobrý den otevřeno otevírací doba hodin můžeme mohu jsme mám máte pokud také není ve ze
    """,
    "sk": """
        a v na sa je že z do s o to aj ako ale čo od po za pre alebo jeho jej sú bol bola byť už len
        môže veľmi kde kedy ktorý ktorá ktoré tento táto toto pri pod nás náš naše prosím ďakujem dobrý
        deň otvorené otváracie hodiny môžeme môžem sme mám máte ak tiež nie je vo zo
    """,
    "hr": """
        i u na se je da za s od što kako ali ili su bio bila biti već samo može vrlo gdje kada koji koja
        koje ovaj ova ovo kao pri pod nas naš naše molim hvala dobar dan otvoreno radno vrijeme sati
        možemo mogu smo imam imate ako također nije nisu ste
    """,
    "hu": """
        a az és hogy nem egy is van ez ezt azt volt de ha csak már meg mint még vagy ki mi mit mikor
        hol hogyan lehet nagyon minden mert után előtt nekünk kérem köszönöm nyitva tartás zárva
        vagyunk vannak óra órától óráig hétfő szombat vasárnap tudok segíteni ön önnek
    """,
    "ro": """
        și în la de cu pe pentru nu este sunt că din mai care un o se sau dar ce cum când unde
        am ai are avem aveți fi fost foarte toate tot după înainte până noi voi ei ele dumneavoastră
        vă rog mulțumesc bună deschis deschidem închis program orele ore ori acest această aceste
        poate puteți pot
    """,
    "tr": """
        ve bir bu da de için ile ne mi mı mu mü çok daha gibi kadar olan olarak var yok ama veya ya
        ben sen biz siz onlar nasıl nerede zaman hangi her şey sonra önce değil saat saatleri açık
        kapalı açığız açıyoruz size bize lütfen teşekkürler merhaba evet hayır olabilir
    """,
    "id": """
        yang dan di ke dari untuk dengan pada adalah ini itu tidak akan juga ada kami kita anda saya
        bisa dapat atau oleh karena jika sudah belum lebih sangat apa bagaimana kapan mana buka tutup
        pukul jam hari setiap sampai hingga silakan terima kasih
    """,
    "vi": """
        và của là có cho không được trong với các một này đó những người từ đến khi như để cũng đã sẽ
        chúng tôi bạn ở vào ra mở cửa giờ ngày thứ xin cảm ơn vui lòng nào gì bao nhiêu
    """,
    "ca": """
        el la els les un una de del dels i que és en a amb per no són està estem què quan com on però
        més aquest aquesta això seu nostre nostra obrim obert oberta tancat dilluns dissabte diumenge
        hores fins des us vosaltres si us plau gràcies bon dia també molt tot ens perquè
    """,
}


def _lists() -> dict[str, frozenset[str]]:
    codes = [*FUNCTION_WORDS, *_OTHERS]
    texts = {c: " ".join((FUNCTION_WORDS.get(c, ""), _MORE.get(c, ""), _OTHERS.get(c, ""))) for c in codes}
    # As they are looked up: an apostrophe parts words.
    return {code: frozenset(text.replace("'", " ").replace("-", " ").split()) for code, text in texts.items()}


WORDS: Final = MappingProxyType(_lists())
