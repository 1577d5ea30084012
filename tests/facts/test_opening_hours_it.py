"""Opening hours in Italian: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("Apriamo alle nove.", ["nove"]),
    ("La libreria è aperta dalle 9:00 alle 18:30.", ["9:00 alle 18:30"]),
    ("Orari: dal lunedì al venerdì dalle 8 alle 19.", ["8 alle 19"]),
    ("Lun-ven 9:00-13:00 e 15:00-19:30", ["9:00-13:00", "15:00-19:30"]),
    ("Siamo chiusi la domenica.", ["chiusi la domenica"]),
    ("Il lunedì il museo è chiuso.", ["chiuso"]),
    ("La farmacia chiude alle otto e mezza di sera.", ["otto e mezza di sera"]),
    ("La reception è aperta 24 ore su 24.", ["24 ore su 24"]),
    ("La piscina apre alle 10 del mattino.", ["10 del mattino"]),
    ("La cucina chiude alle undici meno un quarto.", ["undici meno un quarto"]),
    ("Il sabato apriamo alle nove e mezza.", ["nove e mezza"]),
    ("Ultimo ingresso alle 17:15.", ["17:15"]),
    ("Siamo aperti tutti i giorni.", ["aperti tutti i giorni"]),
    ("Il suo tavolo è prenotato per le 21 e il bar resta aperto fino alle 2 di notte.", ["2 di notte"]),
    (
        "Il servizio clienti risponde dal lunedì al sabato dalle nove alle diciassette.",
        ["nove alle diciassette"],
    ),
    ("Chiuso nei giorni festivi.", ["Chiuso nei giorni festivi"]),
    ("Il negozio apre a partire dalle 7.", ["7"]),
    ("Non apriamo la domenica.", ["Non apriamo la domenica"]),
    ("Siamo aperti fino a mezzanotte.", ["mezzanotte"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "Il suo treno parte alle 9:15 dal binario 4.",
    "L'autobus passa ogni 20 minuti.",
    "Il suo tavolo è prenotato per le 19:30.",
    "Il suo appuntamento dal dentista è lunedì alle 10.",
    "Ho impostato la sveglia alle 6:30.",
    "La riunione comincia alle nove e finisce alle dieci.",
    "Cuocere 25 minuti a 180 gradi.",
    "Il film inizia alle 20:15.",
    "L'esame è dalle 9 alle 11.",
    "A che ora vorrebbe venire?",
    "Non conosco i nostri orari di apertura.",
    "Non so se siamo chiusi la domenica.",
    "Riceverà una risposta entro 24 ore.",
    "Lavoro dalle 9 alle 17.",
    "La consegna arriva venerdì tra le 8 e le 12.",
    "Costa 9,30 euro a persona.",
    "Le iscrizioni aprono lunedì alle 9.",
    "È a 15 minuti a piedi.",
    "Prenda una compressa alle 8 e una alle 20.",
    "La visita guidata parte alle 16:00.",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize(
    "reply", ["Alle nove.", "9:30.", "Dalle 9 alle 18.", "Le dieci e mezza.", "Fino alle 20."]
)
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "A che ora aprite?")
    assert not stated(reply, "A che ora parte il treno?")


@pytest.mark.parametrize(
    "question", ["Quali sono i vostri orari?", "Siete aperti la domenica?", "Fino a che ora siete aperti?"]
)
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("A che ora parte il treno?")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Siamo aperti dal lunedì al venerdì dalle nove alle diciassette."),
        ("Orari: lun-ven 8:30-18:00, sab 9-13", "Il sabato chiudiamo alle 13."),
        ("Orari: lun-ven 8:30-18:00", "Nei giorni feriali apriamo alle otto e mezza."),
        ("Chiuso il lunedì.", "Il lunedì siamo chiusi."),
        ("Open 24/7.", "Siamo aperti 24 ore su 24."),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Siamo aperti dal lunedì al venerdì dalle nove alle diciotto."),
        ("Mon-Fri 9-17", "Il sabato apriamo alle nove."),
        ("Aperto dalle 9 del mattino.", "Apriamo alle nove di sera."),
        ("L'autobus parte alle 9 e alle 17.", "Siamo aperti dalle 9 alle 17."),
        ("Chiuso il lunedì.", "Il martedì siamo chiusi."),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)


# (question, reply); the question is "" where nobody asked.
SAYS_HOURS = [
    ("", "Apriamo alle nove in punto ogni mattina."),
    ("", "Il negozio è aperto dalle 10 alle 13 e dalle 15:30 alle 19:30."),
    ("", "I nostri orari: dal lunedì al venerdì, 9.00-18.00."),
    ("", "Il sabato chiudiamo alle due del pomeriggio."),
    ("", "Orari:\nLunedì: chiuso\nMartedì - venerdì: 9:00 - 13:00 / 15:00 - 19:00\nSabato: 10:00 - 14:00"),
    (
        "",
        "| Giorno | Apertura | Chiusura |\n|---|---|---|\n| Lunedì | 8:30 | 18:00 |\n"
        "| Martedì | 8:30 | 20:00 |",
    ),
    ("", "Lun-Ven 9-18"),
    ("", "- **Lunedì**: 9:00–18:00\n- **Sabato**: 10:00–16:00\n- **Domenica**: chiuso"),
    ("", "Siamo chiusi la domenica e i festivi."),
    ("", "Il museo non apre il lunedì."),
    ("", "Sì, siamo aperti anche la domenica mattina."),
    ("", "Può chiamarci dal lunedì al venerdì tra le 9 e le 17:30."),
    ("", "Il servizio clienti è attivo 7 giorni su 7 dalle 8 alle 22."),
    ("", "La cucina chiude alle undici e un quarto."),
    ("", "Le ultime ordinazioni si prendono alle 22:15."),
    ("", "La farmacia è aperta 24 ore su 24."),
    ("", "Assistenza H24, sette giorni su sette."),
    ("", "Tranquillo, siamo qui fino alle otto di sera!"),
    ("", "L'ufficio riapre lunedì alle nove."),
    ("", "Tranne il lunedì, apriamo alle undici."),
    ("", "Riceviamo il pubblico dalle nove alle due."),
    ("", "Il museo apre le porte alle 9.30 e le chiude alle 18."),
    ("", "Giorno di riposo: mercoledì."),
    ("", "Orario continuato dalle 9 alle 20, dal lunedì al sabato."),
    ("", "D'estate la piscina chiude alle nove meno un quarto."),
    ("", "Siamo aperti dalle ９:００ alle １８:００."),
    ("", "Apriamo a mezzogiorno e chiudiamo a mezzanotte."),
    ("", "Volentieri. Tenga presente che chiudiamo alle 19:30. Desidera altro?"),
    ("", "La segreteria è aperta la mattina dalle 8 alle 12."),
    ("", "Il ristorante serve a pranzo dalle 12:30 alle 14:30."),
    ("", "Chiudiamo alle sette e mezza."),
    ("", "Il bar è aperto sino a tarda notte."),
    ("", "Nei giorni festivi osserviamo la chiusura."),
    ("A che ora aprite?", "Alle nove e mezza di mattina."),
    ("A che ora aprite?", "Dalle 8."),
    ("A che ora aprite?", "Alle dieci, dal martedì alla domenica."),
    ("A che ora chiudete?", "Venti e trenta."),
    ("A che ora chiudete?", "Mezzogiorno e un quarto."),
    ("A che ora chiudete?", "A mezzanotte."),
    ("A che ora chiudete?", "Alle dieci meno cinque."),
    ("A che ora chiudete?", "In tarda serata."),
    ("A che ora chiude il negozio?", "Otto e tre quarti."),
    ("Quali sono gli orari di apertura?", "Dal lunedì al venerdì, 9-18."),
    ("Quali sono gli orari di apertura?", "Dalle 9 alle 18."),
    ("Quali sono gli orari di apertura?", "9:30 - 11:00 il giovedì"),
    ("Quali sono gli orari di apertura?", "Ciao! Dalle otto alle venti, esclusa la domenica."),
    ("Siete aperti la domenica?", "No, mi dispiace, quel giorno siamo chiusi."),
    ("Siete aperti la domenica?", "Sì, tutto il giorno."),
    ("Siete aperti la domenica?", "Sì, certo, siamo aperti."),
    ("Fino a che ora è aperto?", "Fino alle tre e un quarto del pomeriggio."),
    ("Fino a che ora è aperto?", "Fino a tardi."),
    ("Quando siete aperti?", "Tutti i giorni tranne il martedì."),
    ("Orari?", "8:00-20:00"),
    ("L'assistenza è disponibile di notte?", "Sì, la nostra assistenza è disponibile 24 ore su 24."),
    ("C'è qualcuno in reception il sabato?", "Sì, dalle 10 alle 16."),
    ("Fino a che ora si può ordinare?", "Fino alle 22."),
    ("", "9:00-13:00 / 15:00-19:00, domenica chiuso"),
    ("", "Lu-Ve 8:00-18:00, Sa 9:00-12:00"),
    ("", "🕘 9:00 – 19:00 (lun–sab)"),
    ("", "Ecco i nostri orari:\n\n* giorni feriali: 7:30 - 19:00\n* fine settimana: 9:00 - 17:00"),
    ("", "Apertura: 10:00\nChiusura: 22:00"),
    ("", "ORARIO: 9-18"),
    ("", "Le nostre porte si aprono alle dieci e si chiudono alle sei."),
    ("", "Ci trova in negozio dalle nove a mezzogiorno."),
    ("", "L'ufficio chiude dalle 13 alle 15 per la pausa pranzo."),
    ("", "Abbassiamo la saracinesca alle 19."),
    ("", "Deve venire prima delle 18, orario di chiusura."),
    ("", "Chiudiamo alle sette di sera, ma il venerdì restiamo aperti fino alle nove."),
    ("", "Se viene lunedì, ricordi che il lunedì siamo chiusi."),
    ("", "Se serve, siamo aperti fino alle 20."),
    ("", "Il suo ordine è pronto. Il negozio è aperto fino alle 19:30."),
    ("", "La domenica siamo aperti fino all'una."),
    ("", "Il mercoledì non apriamo prima delle 14."),
    ("", "Riceviamo senza appuntamento dalle 8 alle 12."),
    ("", "Il nostro team è a sua disposizione dal lunedì al sabato dalle 9 alle 19."),
    ("", "Orario di visita: 13:00-20:00."),
    ("", "Il parcheggio è aperto 24 ore su 24."),
    ("", "Aperto 7 giorni su 7."),
    ("", "Siamo aperti nei giorni festivi."),
    ("", "Il primo maggio siamo chiusi."),
    ("", "Chiuso per ferie dal 1 al 15 agosto."),
    ("", "Chiusura alle 17:30 in punto."),
    ("", "I nostri consulenti rispondono al telefono dalle 8:30 alle 18:30."),
    ("", "Apriamo solo la mattina."),
    ("", "siamo aperti dalle 8.30 alle 19"),
    ("", "Il bar apre alle sette e mezza."),
    ("", "La biblioteca è aperta al pubblico il martedì e il giovedì dalle 14 alle 18."),
    ("", "Lavoriamo dal lunedì al venerdì, dalle 9 alle 18."),
    ("", "Chiudiamo la domenica."),
    ("A che ora aprite?", "A partire dalle nove di mattina, dal lunedì al sabato."),
    ("A che ora aprite?", "Ciao, alle 9!"),
    ("A che ora aprite?", "Credo alle 9."),
    ("A che ora aprite?", "Domani sarà alle 10."),
    ("A che ora aprite?", "In tarda mattinata."),
    ("A che ora aprite?", "mezzogiorno meno un quarto"),
    ("A che ora aprite?", "3:15 di mattina"),
    ("A che ora aprite?", "alle tre e un quarto"),
    ("Quali sono gli orari di apertura?", "prima delle 11"),
    ("Quali sono gli orari di apertura?", "dopo le 14"),
    ("Quali sono gli orari di apertura?", "tra le 9:30 e le 11:00"),
    ("Quali sono gli orari di apertura?", "entro le 2pm"),
    ("Quali sono gli orari di apertura?", "Siamo aperti tra le 5pm e le 6pm."),
    ("Quali sono gli orari di apertura?", "Il negozio è aperto nel tardo pomeriggio."),
    ("Siete aperti a Natale?", "No, a Natale siamo chiusi."),
    ("Aprite presto?", "Sì, dalle 6:30."),
    ("Fino a che ora ci siete?", "Fino alle 19."),
    ("Possiamo passare stasera?", "Sì, siamo aperti fino alle 21."),
    ("", "La clinica riceve i pazienti dalle 8 a mezzogiorno."),
    ("", "Lo zoo accoglie i visitatori dalle 9."),
    ("", "Il supermercato è aperto fino alle ventuno."),
    ("", "Aperto: lun, mar, gio 9-17; mer, ven 9-20"),
    ("", "Reception: 7:00-23:00"),
    ("", "**Orari di apertura** — tutti i giorni dalle 6 alle 22"),
    ("", "La nostra filiale di Milano è aperta dalle 9:30 alle 17, dal martedì al venerdì."),
    ("", "Grazie del messaggio! Il centralino è aperto dalle 9 alle 12:30."),
    ("", "Il negozio non apre prima delle 10."),
    ("", "Siamo chiusi il lunedì e il martedì."),
    ("", "L'alimentari non chiude prima delle 23."),
    ("", "Il mercoledì e il sabato chiudiamo a mezzogiorno."),
    ("", "Si apre alle 9 e si chiude alle 18."),
    ("Che giorni siete aperti?", "Dal martedì alla domenica."),
    ("A che ora chiudete?", "Intorno alle 19."),
    ("A che ora chiudete?", "19:00"),
    ("A che ora chiudete?", "Le sette di sera."),
    ("A che ora chiudete?", "Oggi alle 18."),
    ("A che ora chiudete?", "Di solito alle 19:30."),
    ("Quali sono gli orari?", "Lun. 9-18\nMar. 9-18\nMer. chiuso"),
    ("Orario di apertura?", "Dalle nove del mattino alle sette di sera."),
]


@pytest.mark.parametrize(("asked", "reply"), SAYS_HOURS)
def test_hours_are_found_in_every_shape_asked_or_not(asked: str, reply: str) -> None:
    assert stated(reply, *filter(None, [asked]))


SAYS_NO_HOURS = [
    ("", "Il treno per Roma parte alle 9:04."),
    ("", "Il suo volo decolla alle 6:50, si presenti alle 5."),
    ("", "Ho prenotato un tavolo per quattro alle 20."),
    ("", "Il suo appuntamento è confermato per martedì alle 14:30."),
    ("", "Il film dura due ore e mezza e inizia alle 21."),
    ("", "Spettacoli: 14:00, 16:30 e 20:00."),
    ("", "Lasciate riposare l'impasto un'ora e cuocete 35 minuti."),
    ("", "Il pacco arriverà tra le 8 e le 13."),
    ("", "La riunione è dalle 10 alle 11:30 in sala B."),
    ("", "Sveglia impostata alle 7."),
    ("", "Non ho i nostri orari a portata di mano."),
    ("", "Non posso dirle a che ora apriamo."),
    ("", "Non so se il negozio è aperto la domenica."),
    ("", "Le risponderemo entro 24 ore."),
    ("", "Ho aperto 9 ticket stamattina."),
    ("", "La pratica è stata chiusa martedì."),
    ("", "Può annullare fino a 24 ore prima."),
    ("", "La partita di sabato è alle 15."),
    ("", "Sono le nove e un quarto."),
    ("", "La colazione è servita dalle 7 alle 10."),
    ("", "La versione 9.30 corregge il problema."),
    ("", "Il laboratorio si tiene il mercoledì dalle 14 alle 16."),
    ("", "Quale orario preferisce, le 9 o le 14?"),
    ("", "Le iscrizioni sono aperte fino a venerdì alle 17."),
    ("", "Prenda la pillola alle 8 e alle 20."),
    ("", "L'autobus passa dalle 6 alle 23 ogni 15 minuti."),
    ("", "Sarò fuori lunedì dalle 9 alle 12."),
    ("", "Richiamami domani alle 10."),
    ("", "Mia sorella lavora dal lunedì al venerdì."),
    ("", "Vuole che le prenoti un tavolo alle 20?"),
    ("", "La finestra è aperta da stamattina."),
    ("A che ora parte il treno?", "Alle 9:30."),
    ("A che ora è il mio appuntamento?", "Alle dieci."),
    ("A che ora è il concerto?", "Alle 20:30, porte alle 19."),
    ("A che ora aprite?", "Non ho questa informazione, mi dispiace."),
    ("A che ora aprite?", "Non conosco gli orari, ma il suo tavolo è prenotato per le 19."),
    ("A che ora aprite?", "Che giorno vorrebbe venire?"),
    ("Siete aperti la domenica?", "Non lo so, consulti il nostro sito."),
    ("Quanto dura il viaggio?", "Circa 2 ore."),
    ("Quando è il prossimo spettacolo?", "Sabato alle 21."),
    ("", "Cottura: 8-10 minuti."),
    ("", "La prima metro è alle 5:30 e l'ultima all'1:15."),
    ("", "Il colloquio è lunedì 12 alle 9."),
    ("", "Il lunedì lavoro da casa."),
    ("", "La sua prenotazione: sabato 20:00, 2 persone."),
    ("", "Il suo conto è aperto dal 3 marzo."),
    ("", "Il conto è stato chiuso lunedì su sua richiesta."),
    ("", "La conferenza si apre alle 9 con un discorso."),
    ("", "Il concerto apre la stagione sabato alle 20."),
    ("", "Il corso di yoga è il martedì dalle 18 alle 19."),
    ("", "Il check-in è possibile dalle 14 e il check-out entro le 11."),
    ("", "La cena è servita alle 19:30."),
    ("", "I suoi biglietti per lo spettacolo delle 21 sono confermati."),
    ("", "Il punteggio era 9 a 5."),
    ("", "Abbiamo 24 ore per rispondere."),
    ("", "La garanzia vale 24 ore."),
    ("", "Apra il file 9 e legga la pagina 10."),
    ("", "Le riprese durano dal lunedì al venerdì."),
    ("", "Non sono sicuro che siamo aperti la domenica."),
    ("", "I nostri orari sono sul sito."),
    ("", "Verifico se siamo aperti la domenica."),
    ("", "Preferisce tra le 9 e le 10?"),
    ("", "Il tecnico passerà martedì tra le 8 e le 12."),
    ("", "Il sole sorge alle 6:42."),
    ("", "Ho dormito dalle 23 alle 7."),
    ("", "Il ticket è aperto dalle 9."),
    ("", "Mi serve per le 9."),
    ("A che ora è la cena?", "Verso le 20."),
    ("A che ora ci vediamo per pranzo?", "Mezzogiorno e un quarto."),
    ("A che ora parte il mio treno?", "In tarda mattinata."),
    ("Dammi una frase di esempio per un'agenda.", "Sarò fuori tutto il giorno."),
    ("Dammi una frase di esempio per un'agenda.", "Ci vediamo nel tardo pomeriggio."),
    ("Scrivi una frase per un collega.", "Sono libero il martedì dalle 9 alle 11."),
    ("A che ora aprite?", "Gli orari variano, guardi il sito."),
    ("A che ora aprite?", "Non lo so, ma il treno delle 9:15 la porta lì."),
    ("A che ora aprite?", "Il suo appuntamento è alle 10."),
    ("", "La clinica ha chiamato alle 9."),
    ("", "Lo zoo ha 9 tigri e 5 leoni."),
    ("", "Il medico la riceverà martedì alle 10."),
    ("", "Il bus 9 passa davanti al negozio alle 8:10."),
    ("", "I saldi iniziano mercoledì alle 8."),
    ("", "Le porte del concerto aprono alle 19."),
    ("", "La mia collega è disponibile martedì alle 10 per chiamarla."),
    ("", "La votazione è aperta fino a mezzanotte."),
    ("", "La borsa chiude alle 17:30."),
    ("Posso venire?", "Sì, passi martedì alle 10."),
    ("", "Chiudo sempre la porta la sera."),
    ("", "Ti chiamo stasera alle 9."),
]


@pytest.mark.parametrize(("asked", "reply"), SAYS_NO_HOURS)
def test_what_looks_like_hours_is_none(asked: str, reply: str) -> None:
    assert stated(reply, *filter(None, [asked])) == []


# (what is known, what the reply says)
SAID_AS_KNOWN = [
    (
        "Orari: dal lunedì al venerdì dalle 8:30 alle 18:00, sabato dalle 9:00 alle 13:00.",
        "Siamo aperti dal lunedì al venerdì dalle 8:30 alle 18:00.",
    ),
    (
        "Orari: dal lunedì al venerdì dalle 8:30 alle 18:00, sabato dalle 9:00 alle 13:00.",
        "Il sabato chiudiamo all'una del pomeriggio.",
    ),
    (
        "Orari: dal lunedì al venerdì dalle 8:30 alle 18:00, sabato dalle 9:00 alle 13:00.",
        "Nei giorni feriali siamo aperti dalle otto e mezza alle sei di sera.",
    ),
    ("Mo-Fr 08:30-18:00; Sa 09:00-13:00", "Il sabato apriamo alle nove."),
    (
        '{"opening_hours": {"monday": "09:00-17:00", "sunday": "closed"}}',
        "Il lunedì siamo aperti dalle 9 alle 17.",
    ),
    ('{"opening_hours": {"monday": "09:00-17:00", "sunday": "closed"}}', "La domenica siamo chiusi."),
    ("Aperto tutti i giorni dalle 10 a mezzanotte.", "Chiudiamo a mezzanotte tutti i giorni."),
    ("Il negozio apre alle 9 e chiude alle 19:30.", "Siamo aperti dalle nove alle diciannove e trenta."),
    ("La reception è aperta 24 ore su 24.", "La reception è aperta giorno e notte."),
    ("Il bar apre dalle 12:00 alle 23:45.", "Il bar chiude a mezzanotte meno un quarto."),
    (
        "Ristorante aperto dalle 12:30 alle 14:30 e dalle 19:30 alle 23, chiuso il lunedì.",
        "La sera apriamo alle 19:30.",
    ),
    (
        "Ristorante aperto dalle 12:30 alle 14:30 e dalle 19:30 alle 23, chiuso il lunedì.",
        "Il lunedì siamo chiusi.",
    ),
    ("Lunedì: 9:00-18:00\nMartedì: 9:00-18:00\nMercoledì: chiuso", "Il mercoledì siamo chiusi."),
    (
        "Lunedì: 9:00-18:00\nMartedì: 9:00-18:00\nMercoledì: chiuso",
        "Il martedì siamo aperti dalle nove alle diciotto.",
    ),
    ("Opening hours: 9am-5:30pm Mon-Sat", "Siamo aperti dal lunedì al sabato dalle 9 alle 17:30."),
    (
        "Aperto 7 giorni su 7 dalle 8 alle 20.",
        "Siamo aperti tutti i giorni dalle otto di mattina alle otto di sera.",
    ),
    ("Il bar chiude alle 0:30.", "Il bar chiude a mezzanotte e mezza."),
    (
        "| Giorno | Orario |\n|---|---|\n| Lunedì | 10:00-19:00 |\n| Sabato | 10:00-20:00 |",
        "Il sabato chiudiamo alle 20.",
    ),
    ('{"orari": {"lunedì": "09:00-17:00", "domenica": "chiuso"}}', "La domenica siamo chiusi."),
    (
        '{"name": "Bar", "opens": "08:00", "closes": "17:30"}',
        "Il bar apre alle otto e chiude alle cinque e mezza del pomeriggio.",
    ),
    (
        "Aperto lun-ven 9-18, sab 10-17, dom chiuso.",
        "Il sabato siamo aperti dalle dieci alle cinque del pomeriggio e la domenica siamo chiusi.",
    ),
    ("Assistenza: 8:00-20:00, 7 giorni su 7.", "L'assistenza è disponibile dalle 8 alle 20 tutti i giorni."),
]


@pytest.mark.parametrize(("known", "said"), SAID_AS_KNOWN)
def test_hours_that_the_request_states_are_entailed_in_any_form(known: str, said: str) -> None:
    assert entailed(known, said)


SAID_OTHERWISE = [
    (
        "Orari: dal lunedì al venerdì dalle 8:30 alle 18:00, sabato dalle 9:00 alle 13:00.",
        "Il sabato siamo aperti fino alle 18.",
    ),
    (
        "Orari: dal lunedì al venerdì dalle 8:30 alle 18:00, sabato dalle 9:00 alle 13:00.",
        "Nei giorni feriali apriamo alle 9.",
    ),
    ("Aperto tutti i giorni dalle 10 a mezzanotte.", "Chiudiamo alle 22."),
    ("Chiuso il lunedì.", "Il lunedì siamo aperti."),
    ("Il Museo Egizio apre alle 9.", "Il Museo Novecento apre alle 9."),
    ("L'ultimo autobus parte alle 19.", "Chiudiamo alle 19."),
    ("Aperto dalle 9 alle 19.", "Siamo aperti 24 ore su 24."),
    (
        "Ristorante aperto dalle 12:30 alle 14:30 e dalle 19:30 alle 23, chiuso il lunedì.",
        "Chiudiamo alle 22.",
    ),
    (
        "Lunedì: 9:00-18:00\nMartedì: 9:00-18:00\nMercoledì: chiuso",
        "Il mercoledì siamo aperti dalle 9 alle 18.",
    ),
    ("Opening hours: 9am-5:30pm Mon-Sat", "La domenica siamo aperti dalle 9 alle 17:30."),
    ("Aperto 7 giorni su 7 dalle 8 alle 20.", "Apriamo alle 20."),
    ("La panetteria Bianchi apre alle 7.", "La panetteria Ferrari apre alle 7."),
    ("Aperto dal lunedì al venerdì dalle 9 alle 17.", "Siamo aperti dal lunedì al sabato dalle 9 alle 17."),
    ("La visita guidata parte alle 10.", "Il museo apre alle 10."),
    ("Aperto lun-ven 9-18, sab 10-17, dom chiuso.", "La domenica siamo aperti."),
    ("Assistenza: 8:00-20:00, 7 giorni su 7.", "L'assistenza è disponibile dalle 8 alle 22."),
]


@pytest.mark.parametrize(("known", "said"), SAID_OTHERWISE)
def test_other_hours_than_those_known_are_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)


TIMES = [
    "alle tre di mattina",
    "3:15 di mattina",
    "alle 3 del pomeriggio",
    "alle tre e un quarto",
    "alle 15:15",
    "mezzogiorno e un quarto",
    "3 e mezza",
    "alle otto e mezza di sera",
    "dalle 15 alle 18",
    "dalle 9:30 alle 11:00",
    "tra le 9:30 e le 11:00",
    "dopo le 14",
    "entro le 2 pm",
    "mezzanotte",
    "all'una",
    "all'1",
    "verso le 15",
    "tre e 20",
    "dieci meno un quarto",
    "alle 9 precise",
    "ore 9",
    "ore 9:00",
    "dalle ore 9 alle ore 18",
    "fino alle 20",
    "alle ventidue",
    "dalle 9 a mezzogiorno",
    "dalle otto del mattino alle sei di sera",
    "9-18",
    "9.30",
    "tra le cinque e le sei",
    "dall'una alle quattro",
    "giovedì dalle 9 alle 11",
    "17:00-18:00",
    "alle cinque e venti",
    "alle 5pm",
]
CARRIERS = ["Siamo aperti {}.", "Orari di apertura: {}.", "Il negozio è aperto {}."]
OTHER_QUESTIONS = [
    "A che ora parte il treno?",
    "A che ora è il mio appuntamento dal dentista?",
    "A che ora ci vediamo per pranzo?",
]
OTHER_CARRIERS = ["La riunione è {}.", "Esame: {}.", "Sarò fuori {}.", "Il suo appuntamento è {}."]


@pytest.mark.parametrize("time", TIMES)
def test_a_time_is_of_hours_by_what_stands_around_it(time: str) -> None:
    assert all(stated(reply, "A che ora aprite?") for reply in (time, *(c.format(time) for c in CARRIERS)))
    assert not any(
        stated(reply, question)
        for question in OTHER_QUESTIONS
        for reply in (time, *(c.format(time) for c in OTHER_CARRIERS))
    )
