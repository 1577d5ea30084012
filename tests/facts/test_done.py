"""An action that was taken is told from plans, offers, conditions and rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from filterproxy.core.request import Request, Turn
from filterproxy.core.scan import PatternSet
from filterproxy.facts.done import Done
from filterproxy.grounding import GroundedFact
from tests.facts.said_or_not import by_language, check_gate, found, shuffled

FACT = Done()

SAID = {
    "en": [
        "I've booked your table for 7 pm.",
        "I have booked a table for two at 7pm tonight.",
        "Your refund has been processed.",
        "I have sent you an email with the details.",
        "We've cancelled your order and issued a full refund.",
        "I've gone ahead and cancelled your subscription.",
        "Your appointment is now confirmed for Tuesday.",
        "Your reservation has been confirmed.",
        "I just updated your shipping address.",
        "I've opened a support ticket for you.",
        "Ticket #4521 has been created.",
        "I've escalated this to our billing team.",
        "I called the restaurant and they are expecting you.",
        "I've deleted your account.",
        "You've been unsubscribed from our newsletter.",
        "You have been charged $20.",
        "Your card was charged $20.",
        "A confirmation email has been sent to your inbox.",
        "Your order has been placed!",
        "Done! Your booking is confirmed.",
        "I processed the refund for you.",
        "I was able to cancel your flight.",
        "All set, I've changed your password.",
        "Booking confirmed!",
        "I've transferred you to an agent.",
        "I've notified our team about it.",
        "Your table is booked.",
        "Your package has been shipped.",
        "I've applied the discount to your order.",
        "We have received your payment.",
        "I have placed an order for a new lamp.",
        "I've scheduled a call for Monday at 3 pm.",
        "I have added the meeting to your calendar.",
        "I've passed your feedback on to the kitchen.",
        "Great news, your refund was approved.",
        "The technician has been booked for Friday morning.",
        "I've credited your account with $15.",
        "I've reserved two seats for you under the name Smith.",
        "Your subscription has now been cancelled, and you won't be billed again.",
        "I've removed the charge from your bill.",
        "I reset your password and emailed you a link.",
        "I've contacted the seller on your behalf.",
        "Your address has been changed to 12 Baker Street.",
        "I took care of it: your order is cancelled.",
        "I've submitted your claim.",
        "You're booked in for Monday at 10.",
        "The payment has gone through.",
        "Your complaint has been registered.",
    ],
    "de": [
        "Ich habe Ihren Tisch für 19 Uhr reserviert.",
        "Ihr Termin ist storniert.",
        "Wir haben Ihnen eine E-Mail geschickt.",
        "Ihre Bestellung wurde storniert.",
        "Ihre Rückerstattung wurde veranlasst.",
        "Ich habe Ihre Adresse aktualisiert.",
        "Ich habe ein Ticket für Sie eröffnet.",
        "Ihr Konto wurde gelöscht.",
        "Gerade habe ich Ihre Buchung bestätigt.",
        "Der Betrag wurde Ihrem Konto gutgeschrieben.",
    ],
    "fr": [
        "J'ai réservé votre table pour 19 heures.",
        "Votre commande a été annulée.",
        "Je vous ai envoyé un e-mail.",
        "Votre remboursement a été effectué.",
        "Nous avons bien modifié votre adresse.",
        "J'ai ouvert un ticket pour vous.",
        "Votre rendez-vous est confirmé.",
        "Votre compte a été supprimé.",
    ],
    "es": [
        "He reservado su mesa para las 19 h.",
        "Su pedido ha sido cancelado.",
        "Le he enviado un correo electrónico.",
        "Se ha procesado su reembolso.",
        "Hemos actualizado su dirección.",
        "He abierto un ticket de soporte.",
        "Su cita está confirmada.",
        "Su cuenta ha sido eliminada.",
        "Tu reserva fue cancelada.",
    ],
    "it": [
        "Ho prenotato il tavolo per le 19.",
        "Il suo ordine è stato annullato.",
        "Le ho inviato un'e-mail.",
        "Il rimborso è stato effettuato.",
        "Abbiamo aggiornato il suo indirizzo.",
        "Ho aperto un ticket per lei.",
        "La sua prenotazione è confermata.",
        "Il suo account è stato eliminato.",
    ],
    "pt": [
        "Reservei a sua mesa para as 19h.",
        "Seu pedido foi cancelado.",
        "Enviei um e-mail para você.",
        "O reembolso foi processado.",
        "Já atualizei o seu endereço.",
        "Abri um chamado para você.",
        "Sua consulta está confirmada.",
        "Sua conta foi excluída.",
    ],
    "nl": [
        "Ik heb uw tafel gereserveerd voor 19 uur.",
        "Uw bestelling is geannuleerd.",
        "Ik heb u een e-mail gestuurd.",
        "Uw terugbetaling is verwerkt.",
        "We hebben uw adres gewijzigd.",
        "Ik heb een ticket voor u aangemaakt.",
        "Uw afspraak is bevestigd.",
        "Uw account is verwijderd.",
    ],
    "zh": [
        "我已经为您预订了今晚七点的座位。",
        "您的订单已取消。",
        "我已经给您发送了邮件。",
        "您的退款已处理。",
        "我们已更新您的地址。",
        "已为您创建工单。",
        "您的预约已确认。",
        "您的账户已被删除。",
        "我帮您取消了订单。",
    ],
    "ja": [
        "ご予約を承りました。",
        "ご注文はキャンセルされました。",
        "メールを送信しました。",
        "返金手続きが完了しました。",
        "住所を変更しました。",
        "チケットを作成しました。",
        "ご予約が確定しました。",
        "アカウントを削除しました。",
        "担当者にご連絡いたしました。",
    ],
}

NOT_SAID = {
    "en": [
        "I'll book your table now.",
        "I can book a table for you.",
        "Would you like me to cancel your order?",
        "Once I've booked your table, you'll get an email.",
        "Your refund has not been processed yet.",
        "I haven't booked anything.",
        "Refunds are processed within 5 days.",
        "After you have sent the form, we'll look at it.",
        "You've booked a table for 7, is that right?",
        "When your order has been shipped, you will get an email.",
        "I've created a table of the results below.",
        "I've updated the code as you asked.",
        "If your order has been cancelled, you'll see it in your account.",
        "Orders that have been shipped cannot be cancelled.",
        "Have I booked the right table?",
        "To cancel, open the app and tap Cancel.",
        "I'm unable to book tables.",
        "I can't confirm that your refund has been processed.",
        "Please check whether your booking has been confirmed.",
        "Your card is charged when the order ships.",
        "The museum was opened in 1932.",
        "I've listed the steps below.",
        'You can say: "I\'ve booked a table for two".',
        "I've sorted the list by price.",
        "Tables can be booked online.",
        "I would have booked it, but the restaurant is full.",
        "Your order will be shipped tomorrow.",
        "Let me know once you have sent it.",
        "I've written the email for you below.",
        "He was charged with theft.",
        "I've added comments to explain the function.",
        "I have no record that your order has been cancelled.",
        "The meeting has to be scheduled.",
        "You will receive an email saying your booking has been confirmed.",
        "We haven't received your payment yet.",
        "The room was booked by another guest.",
        "I've made the text shorter.",
        "In 2019 the company was sold and the store was closed.",
        "Make sure your password has been changed.",
        "Your account must be verified first.",
    ],
    "de": [
        "Ich werde Ihren Tisch reservieren.",
        "Soll ich den Termin stornieren?",
        "Sobald Ihre Bestellung versandt wurde, erhalten Sie eine E-Mail.",
        "Ich habe nichts storniert.",
        "Erstattungen werden innerhalb von 5 Tagen bearbeitet.",
        "Ihre Bestellung wurde noch nicht versandt.",
        "Sie haben einen Tisch reserviert.",
        "Ich kann keine Tische reservieren.",
    ],
    "fr": [
        "Je vais réserver votre table.",
        "Voulez-vous que j'annule la commande ?",
        "Une fois votre commande expédiée, vous recevrez un e-mail.",
        "Je n'ai pas annulé votre commande.",
        "Les remboursements sont effectués sous 5 jours.",
        "Votre commande n'a pas été expédiée.",
        "Si votre commande a été annulée, appelez-nous.",
        "Vous avez réservé une table.",
    ],
    "es": [
        "Voy a reservar su mesa.",
        "¿Quiere que cancele el pedido?",
        "Una vez que su pedido ha sido enviado, recibirá un correo.",
        "No he cancelado nada.",
        "Los reembolsos se procesan en 5 días.",
        "Su pedido no ha sido enviado.",
        "Si su pedido ha sido cancelado, llámenos.",
        "Puede cancelar en línea.",
    ],
    "it": [
        "Prenoterò il suo tavolo.",
        "Vuole che annulli l'ordine?",
        "Quando l'ordine è stato spedito, riceverà un'e-mail.",
        "Non ho annullato nulla.",
        "I rimborsi vengono elaborati in 5 giorni.",
        "Il suo ordine non è stato spedito.",
        "Se l'ordine è stato annullato, ci chiami.",
        "Può annullare online.",
    ],
    "pt": [
        "Vou reservar a sua mesa.",
        "Quer que eu cancele o pedido?",
        "Assim que o pedido foi enviado, você recebe um e-mail.",
        "Não cancelei nada.",
        "Os reembolsos são processados em 5 dias.",
        "Seu pedido não foi enviado.",
        "Se o seu pedido foi cancelado, ligue.",
        "Você pode cancelar online.",
    ],
    "nl": [
        "Ik zal uw tafel reserveren.",
        "Wilt u dat ik de bestelling annuleer?",
        "Zodra uw bestelling is verzonden, krijgt u een e-mail.",
        "Ik heb niets geannuleerd.",
        "Terugbetalingen worden binnen 5 dagen verwerkt.",
        "Uw bestelling is nog niet verzonden.",
        "Als uw bestelling is geannuleerd, bel ons.",
        "U kunt online annuleren.",
    ],
    "zh": [
        "我会为您预订座位。",
        "需要我取消订单吗？",
        "如果您的订单已取消，请联系我们。",
        "您的订单尚未发货。",
        "退款会在五天内处理。",
        "您可以在线取消订单。",
        "我无法为您预订。",
        "订单已发货后不能取消。",
    ],
    "ja": [
        "ご予約を承ります。",
        "キャンセルしましょうか？",
        "キャンセルされた場合はご連絡ください。",
        "まだ発送されていません。",
        "返金は5日以内に処理されます。",
        "オンラインで変更できます。",
        "予約はできません。",
        "注文が完了したらメールが届きます。",
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
    check_gate(_GATE, "done", ("claims", "states"), text)


def known(said: str, *turns: Turn) -> bool:
    """Whether *turns* make every claim of *said* known."""
    request = Request(turns=turns)
    excuse = GroundedFact(FACT)
    return all(
        excuse(said, fact.span, (0, len(said)), request) for fact in FACT.find(said, (0, len(said)), request)
    )


@pytest.mark.parametrize(
    ("name", "result", "said", "expected"),
    [
        ("book_table", '{"status": "confirmed"}', "I've booked your table.", True),
        ("book_table", "", "I've booked your table.", True),
        ("makeReservation", '{"id": 7}', "Your table has been booked.", True),
        ("book_table", '{"error": "no table free"}', "I've booked your table.", False),
        ("book_table", '{"success": false}', "I've booked your table.", False),
        ("book_table", '{"status": 500}', "I've booked your table.", False),
        ("book_table", "Error: no table", "I've booked your table.", False),
        ("get_booking", '{"id": 7}', "I've cancelled your booking.", False),
        ("get_order", '{"status": "cancelled"}', "Your order has been cancelled.", True),
        ("cancel_order", "OK", "Your order has been cancelled.", True),
        ("cancel_order", "OK", "I've ordered a new lamp.", False),
        ("cancel_order", "OK", "I've cancelled your order and issued a refund.", False),
        ("send_email", '{"ok": true}', "Ich habe Ihnen eine E-Mail geschickt.", True),
        ("process_refund", '{"email_sent": true}', "I've refunded you and sent an email.", True),
        ("", '{"reservation_id": "R1", "status": "confirmed"}', "I've booked your table.", True),
    ],
)
def test_what_a_function_did_is_known_unless_it_failed(
    name: str, result: str, said: str, expected: bool
) -> None:
    assert known(said, Turn("tool", result, name)) is expected


@pytest.mark.parametrize(
    ("role", "text", "said", "expected"),
    [
        ("user", "I cancelled my order yesterday.", "Your order has been cancelled.", True),
        ("user", "Did you cancel my order?", "Your order has been cancelled.", False),
        ("system", "The order was refunded on 3 May.", "Your order has been refunded.", True),
        ("system", "Refunds are processed within 5 days.", "Your refund has been processed.", False),
        ("system", "The order has not been shipped.", "Your order has been shipped.", False),
        ("assistant", "I've booked your table.", "I've booked your table.", False),
    ],
)
def test_what_the_request_says_was_done_is_known(role: str, text: str, said: str, expected: bool) -> None:
    assert known(said, Turn(role, text)) is expected


def test_the_users_word_counts_beside_what_functions_did() -> None:
    tool = Turn("tool", "OK", "book_table")

    assert known("Your order has been cancelled.", tool, Turn("user", "I cancelled my order."))
