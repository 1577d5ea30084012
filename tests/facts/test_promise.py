"""A promise is told from denials, conditions, questions and what has been."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from filterproxy.core.request import Request
from filterproxy.core.scan import PatternSet
from filterproxy.facts.fact import Source
from filterproxy.facts.promise import PromiseFact
from tests.facts.said_or_not import by_language, check_gate, found, shuffled

FACT = PromiseFact()

SAID = {
    "en": [
        "We'll refund you in full.",
        "You'll get a full refund within 30 days.",
        "I'll give you a 20% discount on your next order.",
        "Your order will arrive by Friday.",
        "We will deliver it tomorrow.",
        "Someone will call you back within 24 hours.",
        "We'll get back to you shortly.",
        "We'll send you a replacement free of charge.",
        "We price match any competitor.",
        "We'll match that price.",
        "I guarantee your satisfaction.",
        "You are entitled to a full refund.",
        "As an apology, here's a $10 voucher.",
        "Your money will be refunded within 5 business days.",
        "I can offer you 15% off.",
        "Our team will contact you tomorrow.",
        "You'll receive your package on Monday.",
        "All our products come with a lifetime warranty.",
        "We offer free shipping on all orders.",
        "I'll make sure you get your money back.",
        "No worries, we'll give you every cent back.",
        "You'll hear from us by the end of the week.",
        "We will waive the delivery fee.",
        "I promise you it will be fixed.",
        "A refund will be issued to your card within 3 days.",
        "We'll replace it at no cost.",
        "A specialist will reach out to you within two hours.",
        "Your next month is free, and you will receive a $25 credit.",
        "You will receive a full refund of $49.99.",
        "The delivery is guaranteed by Tuesday.",
        "We can refund your ticket.",
        "If you return it, we'll refund the full amount.",
        "I'll have someone call you tomorrow.",
        "Use code SAVE20 for 20% off.",
        "We'll throw in a free dessert.",
        "Your parcel will be delivered today.",
    ],
    "de": [
        "Wir erstatten Ihnen den vollen Betrag.",
        "Sie erhalten einen Rabatt von 20 %.",
        "Ihre Bestellung wird am Freitag geliefert.",
        "Wir werden Sie morgen anrufen.",
        "Ich kann Ihnen einen Gutschein anbieten.",
        "Wir ersetzen das Gerät kostenlos.",
        "Ein Kollege meldet sich innerhalb von 24 Stunden.",
        "Ich garantiere Ihnen das.",
        "Sie bekommen Ihr Geld zurück.",
    ],
    "fr": [
        "Nous vous rembourserons intégralement.",
        "Vous recevrez une réduction de 20 %.",
        "Votre commande arrivera vendredi.",
        "Nous vous rappellerons demain.",
        "Je vous offre un bon d'achat.",
        "Nous remplacerons votre appareil.",
        "Je vous garantis la livraison.",
        "Vous recevrez un remboursement sous 5 jours.",
    ],
    "es": [
        "Le reembolsaremos el importe completo.",
        "Recibirá un descuento del 20 %.",
        "Su pedido llegará el viernes.",
        "Le llamaremos mañana.",
        "Puedo ofrecerle un cupón.",
        "Reemplazaremos el producto.",
        "Nos pondremos en contacto con usted en 24 horas.",
        "Le garantizo una solución.",
    ],
    "it": [
        "La rimborseremo per intero.",
        "Riceverà uno sconto del 20%.",
        "Il suo ordine arriverà venerdì.",
        "La richiameremo domani.",
        "Posso offrirle un buono.",
        "Sostituiremo il prodotto.",
        "Le garantisco la consegna.",
        "Riceverà un rimborso entro 5 giorni.",
    ],
    "pt": [
        "Vamos reembolsar o valor total.",
        "Você receberá um desconto de 20%.",
        "Seu pedido chegará na sexta-feira.",
        "Vamos ligar amanhã.",
        "Posso oferecer um cupom.",
        "Vamos substituir o produto.",
        "Entraremos em contato em 24 horas.",
        "Garanto a entrega.",
    ],
    "nl": [
        "We betalen het volledige bedrag terug.",
        "U krijgt 20% korting.",
        "Uw bestelling wordt vrijdag bezorgd.",
        "We bellen u morgen terug.",
        "Ik kan u een bon aanbieden.",
        "We vervangen het apparaat.",
        "We nemen binnen 24 uur contact met u op.",
        "Ik garandeer de levering.",
    ],
    "zh": [
        "我们会全额退款。",
        "您将获得八折优惠。",
        "您的订单将在周五送达。",
        "我们会在24小时内联系您。",
        "我们可以为您免费更换。",
        "我保证会解决。",
        "专员会给您回电。",
        "您会收到一张优惠券。",
    ],
    "ja": [
        "全額返金いたします。",
        "20%割引いたします。",
        "ご注文は金曜日にお届けします。",
        "24時間以内にご連絡いたします。",
        "無料で交換いたします。",
        "クーポンを差し上げます。",
        "品質を保証します。",
        "明日お電話いたします。",
    ],
}

NOT_SAID = {
    "en": [
        "We can't offer refunds.",
        "I can check whether you'll get a refund.",
        "You may be eligible for a refund.",
        "Would you like a refund?",
        "We refunded you last week.",
        "I can't promise that it will arrive by Friday.",
        "Please call us back.",
        "Do you want us to replace it?",
        "I cannot guarantee delivery by Friday.",
        "Refunds are not available for this item.",
        "You might get a discount.",
        "If you want a refund, please write to us.",
        "I don't know whether we price match.",
        "You can ask for a replacement at the desk.",
        "We delivered it yesterday.",
        "I can explain how refunds work.",
        "Your refund was issued yesterday.",
        "You won't get a refund.",
        "I'd be happy to help you with your refund.",
        "Feel free to contact us.",
        "To get a discount, sign up on the website.",
        "You received a discount on your last order.",
        "We do not price match.",
        "I'll check our refund policy for you.",
        "Let me know when you receive it.",
        "I'll call the function with two arguments.",
        "Tomorrow will be sunny.",
        "I'll send you the steps below.",
        "Who will call me?",
        "The refund policy is on our website.",
        "The bus will arrive at 9 am.",
    ],
    "de": [
        "Wir können nichts erstatten, das ist nicht möglich.",
        "Ich kann prüfen, ob Sie eine Erstattung erhalten.",
        "Möchten Sie einen Rabatt?",
        "Wir haben den Betrag erstattet.",
        "Bitte rufen Sie uns an.",
        "Ihre Bestellung wurde geliefert.",
        "Erstattungen sind nicht möglich.",
        "Ich kann die Lieferung nicht garantieren.",
    ],
    "fr": [
        "Nous ne remboursons pas.",
        "Je peux vérifier si vous avez droit à un remboursement.",
        "Voulez-vous un remboursement ?",
        "Nous vous avons remboursé.",
        "Veuillez nous rappeler.",
        "Votre commande a été livrée.",
        "Je ne peux pas garantir la livraison.",
        "Si vous voulez un remboursement, écrivez-nous.",
    ],
    "es": [
        "No ofrecemos reembolsos.",
        "Puedo comprobar si tiene derecho a un reembolso.",
        "¿Quiere un descuento?",
        "Le hemos reembolsado.",
        "Llámenos, por favor.",
        "Su pedido fue entregado.",
        "No puedo garantizar la entrega.",
        "Si quiere un reembolso, escríbanos.",
    ],
    "it": [
        "Non offriamo rimborsi.",
        "Posso verificare se ha diritto a un rimborso.",
        "Vuole uno sconto?",
        "L'abbiamo rimborsata.",
        "Ci chiami, per favore.",
        "Il suo ordine è stato consegnato.",
        "Non posso garantire la consegna.",
        "Se vuole un rimborso, ci scriva.",
    ],
    "pt": [
        "Não oferecemos reembolso.",
        "Posso verificar se tem direito a reembolso.",
        "Quer um desconto?",
        "Já reembolsamos o valor.",
        "Ligue para nós.",
        "Seu pedido foi entregue.",
        "Não posso garantir a entrega.",
        "Se quiser reembolso, escreva.",
    ],
    "nl": [
        "We geven geen restitutie.",
        "Ik kan nagaan of u recht heeft op een terugbetaling.",
        "Wilt u korting?",
        "We hebben het bedrag terugbetaald.",
        "Bel ons alstublieft.",
        "Uw bestelling is bezorgd.",
        "Ik kan de levering niet garanderen.",
        "Als u een terugbetaling wilt, schrijf ons.",
    ],
    "zh": [
        "我们不提供退款。",
        "我可以查一下您是否可以退款。",
        "您需要退款吗？",
        "我们已经退款了。",
        "请联系我们。",
        "您的订单已送达。",
        "我无法保证送达时间。",
        "如果您想退款，请写信给我们。",
    ],
    "ja": [
        "返金はできません。",
        "返金できるかどうか確認します。",
        "割引をご希望ですか？",
        "返金しました。",
        "ご連絡ください。",
        "お届けしました。",
        "到着日は保証できません。",
        "返金をご希望の場合はご連絡ください。",
    ],
}


@pytest.mark.parametrize(("code", "text"), by_language(SAID))
def test_what_is_said_is_found(code: str, text: str) -> None:
    assert found(FACT, text)


@pytest.mark.parametrize(("code", "text"), by_language(NOT_SAID))
def test_what_is_not_said_passes(code: str, text: str) -> None:
    assert not found(FACT, text)


_GATE = PatternSet(FACT.gate)


@settings(max_examples=150)
@given(shuffled(SAID))
def test_the_gate_is_in_every_sentence_with_one(text: str) -> None:
    check_gate(_GATE, "promise", ("claims", "timed"), text)


@pytest.mark.parametrize(
    ("source", "said", "expected"),
    [
        ("Refunds within 30 days.", "You'll get a refund within 30 days.", True),
        ("Refunds within two weeks.", "You'll get a refund within 14 days.", True),
        ("Refunds within 14 days.", "You'll get a refund within 30 days.", False),
        ("Refunds within a month.", "You'll get a refund within 30 days.", False),
        ("Refunds within 5 business days.", "You'll get a refund within 5 days.", False),
        ("Refunds within 30 days.", "We'll refund you.", True),
        ("We do not offer refunds.", "We'll refund you.", False),
        ("Students get a 10% discount.", "You'll get a 10 percent discount.", True),
        ("Students get a 10% discount.", "You'll get a 20% discount.", False),
        ("We reply within 24 hours.", "We'll get back to you within one day.", True),
        ('{"eta": "Friday"}', "Your order will arrive on Friday.", True),
        ('{"eta": "Monday"}', "Your order will arrive on Friday.", False),
        (
            "Erstattungen innerhalb von 14 Tagen.",
            "Sie erhalten eine Erstattung innerhalb von 14 Tagen.",
            True,
        ),
        ("30天内可退款。", "我们会在30天内退款。", True),
    ],
)
def test_a_promise_is_known_with_its_kind_and_every_quantity(source: str, said: str, expected: bool) -> None:
    index = FACT.index([Source("system prompt", source)])
    facts = FACT.find(said, (0, len(said)), Request())

    assert facts
    assert all(index.entails(fact.value) is not None for fact in facts) is expected
