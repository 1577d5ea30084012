"""Opening hours in French: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("Nous ouvrons à neuf heures.", ["neuf heures"]),
    ("La librairie est ouverte de 9h à 18h30.", ["9h à 18h30"]),
    ("Nos horaires : du lundi au vendredi de 8 h 30 à 19 h.", ["8 h 30 à 19 h"]),
    ("Lun-ven 9h-12h et 14h-18h", ["9h-12h", "14h-18h"]),
    ("Nous sommes fermés le dimanche.", ["fermés le dimanche"]),
    ("Le musée est fermé tous les mardis.", ["fermé tous les mardis"]),
    ("La boulangerie ferme à dix-neuf heures trente.", ["dix-neuf heures trente"]),
    ("Le standard est joignable 24h/24 et 7j/7.", ["24h/24 et 7j/7"]),
    ("L'accueil est ouvert jusqu'à minuit.", ["minuit"]),
    ("La cuisine ferme à dix heures moins le quart du soir.", ["dix heures moins le quart du soir"]),
    ("Le samedi, nous ouvrons à dix heures et demie.", ["dix heures et demie"]),
    ("La pharmacie ouvre à 8h45 et ferme à 20h.", ["8h45 et ferme à 20h"]),
    ("Dernière entrée à 17h15.", ["17h15"]),
    ("Nous sommes ouverts tous les jours.", ["ouverts tous les jours"]),
    ("Votre table est réservée pour 20h et le bar reste ouvert jusqu'à 2h du matin.", ["2h du matin"]),
    (
        "Le service client est disponible du lundi au samedi de 9 heures à 17 heures.",
        ["9 heures à 17 heures"],
    ),
    ("Fermé le lundi.", ["Fermé le lundi"]),
    ("La piscine est ouverte à partir de 7 heures.", ["7 heures"]),
    ("Nous n'ouvrons pas le dimanche.", ["n'ouvrons pas le dimanche"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "Votre train part à 9h15 de la voie 4.",
    "Le bus passe toutes les 20 minutes.",
    "Votre table est réservée pour 19h30.",
    "Votre rendez-vous chez le dentiste est lundi à 10 heures.",
    "J'ai réglé le réveil à 6h30.",
    "La réunion commence à neuf heures et finit à dix heures.",
    "Faites cuire 25 minutes à 180 degrés.",
    "Le film commence à 20h15.",
    "L'examen dure de 9h à 11h.",
    "À quelle heure souhaitez-vous venir ?",
    "Je ne connais pas nos horaires d'ouverture.",
    "Je ne sais pas si nous sommes fermés le dimanche.",
    "Vous recevrez une réponse sous 24 heures.",
    "Je travaille de 9h à 17h.",
    "La livraison arrive vendredi entre 8h et 12h.",
    "Cela coûte 9,30 euros par personne.",
    "Les inscriptions ouvrent lundi à 9h.",
    "C'est à 15 minutes à pied.",
    "Prenez un comprimé à 8h et un à 20h.",
    "La visite guidée part à 16h00.",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize(
    "reply", ["À neuf heures.", "9h30.", "De 9h à 18h.", "Dix heures et demie.", "Jusqu'à 20 h."]
)
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "À quelle heure ouvrez-vous ?")
    assert not stated(reply, "À quelle heure part le train ?")


@pytest.mark.parametrize(
    "question",
    ["Quels sont vos horaires ?", "Vous êtes ouverts le dimanche ?", "Le magasin ferme à quelle heure ?"],
)
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("À quelle heure part le train ?")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Nous sommes ouverts du lundi au vendredi de neuf heures à dix-sept heures."),
        ("Horaires : lun-ven 8h30-18h, sam 9h-13h", "Le samedi, nous fermons à 13 heures."),
        ("Horaires : lun-ven 8h30-18h", "En semaine, nous ouvrons à huit heures et demie."),
        ("Fermé le lundi.", "Nous sommes fermés le lundi."),
        ("Open 24/7.", "Nous sommes ouverts 24h/24."),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Nous sommes ouverts du lundi au vendredi de neuf heures à dix-huit heures."),
        ("Mon-Fri 9-17", "Nous ouvrons à neuf heures le samedi."),
        ("Horaires : ouvert à partir de 9h du matin.", "Nous ouvrons à neuf heures du soir."),
        ("Le bus part à 9h et à 17h.", "Nous sommes ouverts de 9h à 17h."),
        ("Fermé le lundi.", "Nous sommes fermés le mardi."),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)


# (question, reply); the question is "" where nobody asked.
SAYS_HOURS = [
    ("", "On ouvre à 8 h pile tous les matins."),
    ("", "Le magasin vous accueille de 10 h à 19 h sans interruption."),
    ("", "La caisse ferme un quart d'heure avant, soit à 18h45."),
    ("", "Notre boutique est ouverte du mardi au samedi, de neuf heures et demie à dix-neuf heures."),
    ("", "Horaires\n\nLundi : fermé\nMardi - vendredi : 9h00 - 12h30 / 14h00 - 18h30\nSamedi : 9h00 - 13h00"),
    ("", "| Jour | Ouverture | Fermeture |\n|---|---|---|\n| Lundi | 8h30 | 18h |\n| Mardi | 8h30 | 20h |"),
    ("", "Lundi-vendredi : 8h30-19h"),
    ("", "- **Lundi** : 9h–18h\n- **Samedi** : 10h–16h\n- **Dimanche** : fermé"),
    ("", "Nous fermons exceptionnellement le 24 décembre à 16 heures."),
    ("", "Le cabinet est fermé les jours fériés."),
    ("", "Oui, nous sommes aussi ouverts le dimanche matin."),
    ("", "Vous pouvez nous joindre par téléphone du lundi au vendredi entre 9 h et 17 h 30."),
    ("", "Notre hotline répond 7j/7 de 8h à 22h."),
    ("", "Les dernières commandes se prennent à 22 h 15."),
    ("", "La cuisine prend les commandes jusqu'à 21h30."),
    ("", "La pharmacie de garde est ouverte toute la nuit."),
    ("", "La salle de sport est accessible 24 heures sur 24."),
    ("", "Pas de souci, on est là jusqu'à 20 h ce soir !"),
    ("", "Le bureau rouvre lundi à neuf heures."),
    ("", "Sauf le lundi, nous ouvrons à onze heures."),
    ("", "Nous ne travaillons pas le dimanche, la boutique est close."),
    ("", "Bonne nouvelle : le musée ouvre ses portes dès 9 h 30 et les ferme à 18 h."),
    ("", "Fermeture hebdomadaire : mercredi."),
    ("", "Ouvert non-stop de 9 h à 20 h, du lundi au samedi."),
    ("", "En été, la piscine ferme à minuit moins le quart."),
    ("", "Nous sommes ouverts de ９h à １８h."),
    ("", "Le guichet est ouvert au public de midi à quatorze heures."),
    ("", "Ravi de vous aider ! Sachez que nous fermons à 19 h 30. Souhaitez-vous autre chose ?"),
    ("", "Le secrétariat est ouvert le matin de 8 h à 12 h."),
    ("", "Le resto sert de midi à 14h30 et de 19h à 22h30."),
    ("À quelle heure ouvrez-vous ?", "Dès 8 heures."),
    ("À quelle heure ouvrez-vous ?", "Neuf heures pile !"),
    ("À quelle heure fermez-vous ?", "Vers minuit et demi."),
    ("À quelle heure fermez-vous ?", "Vingt heures trente."),
    ("À quelle heure fermez-vous ?", "Midi et demi."),
    ("Vous fermez à quelle heure ?", "Huit heures moins le quart."),
    ("Vous fermez à quelle heure ?", "Tard dans la nuit."),
    ("Quels sont vos horaires ?", "Du lundi au vendredi, 9h-18h."),
    ("Quels sont vos horaires ?", "De 9 à 18."),
    ("Quels sont vos horaires ?", "9h30 - 11h00 le jeudi"),
    ("Quels sont vos horaires ?", "Bonjour ! C'est de huit à vingt heures, sauf le dimanche."),
    ("Vous êtes ouverts le dimanche ?", "Non, désolé, c'est fermé ce jour-là."),
    ("Vous êtes ouverts le dimanche ?", "Oui, toute la journée."),
    ("Vous êtes ouverts le dimanche ?", "Oui, bien sûr, nous sommes ouverts."),
    ("Le magasin ferme à quelle heure ?", "Le soir, c'est 19 h."),
    ("Le magasin ferme à quelle heure ?", "15 heures 15."),
    ("Le magasin ferme à quelle heure ?", "À trois heures et quart de l'après-midi."),
    ("C'est ouvert quand chez vous ?", "Tous les jours sauf le mardi."),
    ("Jusqu'à quelle heure peut-on commander ?", "Jusqu'à 22 heures."),
    ("Quand est-ce que la réception est ouverte ?", "Elle est ouverte jour et nuit."),
    ("Y a-t-il quelqu'un à l'accueil le samedi ?", "Oui, de 10 h à 16 h."),
    ("À quelle heure ouvre la bibliothèque ?", "La bibliothèque accueille le public dès 9 h."),
    ("Horaires ?", "8h-20h"),
    ("Le support est-il disponible la nuit ?", "Oui, notre support est disponible 24h/24, 7j/7."),
    ("À quelle heure ouvrez-vous ?", "Entre 8h et 8h30."),
    ("", "9h-12h / 14h-18h, fermé le dimanche"),
    ("", "Lu-Ve 8:00-18:00, Sa 9:00-12:00"),
    ("", "🕘 9h00 – 19h00 (lun.–sam.)"),
    ("", "Voici nos horaires :\n\n* en semaine : 7h30 à 19h\n* le week-end : 9h à 17h"),
    ("", "Ouverture : 10h\nFermeture : 22h"),
    ("", "HORAIRES D'OUVERTURE : 9H-18H"),
    ("", "Nos portes s'ouvrent à dix heures et se referment à dix-huit heures."),
    ("", "Vous nous trouverez au magasin de neuf heures à midi."),
    ("", "Le bureau est fermé entre midi et deux."),
    ("", "Nous prenons une pause de 12h à 14h et rouvrons ensuite jusqu'à 18h."),
    ("", "La boutique baisse le rideau à 19 heures."),
    ("", "Il faut venir avant 18 h, heure de fermeture."),
    ("", "On ferme à 7 heures du soir, mais le vendredi on reste ouvert jusqu'à 9 heures."),
    ("", "Si vous venez lundi, sachez que nous sommes fermés le lundi."),
    ("", "Si besoin, nous sommes ouverts jusqu'à 20h."),
    ("", "Votre commande est prête. Le magasin est ouvert jusqu'à 19h30 ce soir."),
    ("", "Le dimanche, c'est ouvert jusqu'à 13h."),
    ("", "Nous n'ouvrons qu'à 14 heures le mercredi."),
    ("", "Nous vous recevons sans rendez-vous de 8h à 12h."),
    ("", "Notre équipe est à votre écoute du lundi au samedi de 9h à 19h."),
    ("", "Les visites sont autorisées de 14h à 20h."),
    ("", "Heures de visite : 13h-20h."),
    ("", "Le parking est ouvert 24h/24."),
    ("", "Ouvert 7j/7."),
    ("", "Nous sommes ouverts les jours fériés."),
    ("", "Le 1er mai, nous sommes fermés."),
    ("", "Fermé pour congés du 1er au 15 août."),
    ("", "Fermeture à 17h30 précises."),
    ("", "Nos conseillers répondent au téléphone de 8 h 30 à 18 h 30."),
    ("", "Nous ouvrons uniquement le matin."),
    ("", "nous sommes ouvert de 8h30 a 19h"),
    ("", "Le café ouvre à sept heures trente."),
    ("", "Ouverture dès potron-minet, à 6 h."),
    ("", "La médiathèque est ouverte au public les mardis et jeudis de 14 h à 18 h."),
    ("À quelle heure ouvrez-vous ?", "À partir de neuf heures du matin, du lundi au samedi."),
    ("À quelle heure ouvrez-vous ?", "9 h du mat'."),
    ("À quelle heure ouvrez-vous ?", "Nous ouvrons à 9h00, chaque jour."),
    ("À quelle heure ouvrez-vous ?", "Bonjour, à 9 h !"),
    ("À quelle heure ouvrez-vous ?", "Ce sera 10h demain."),
    ("À quelle heure ouvrez-vous ?", "Je pense que c'est 9h."),
    ("À quelle heure ouvrez-vous ?", "En fin de matinée."),
    ("À quelle heure ouvrez-vous ?", "minuit et quart"),
    ("Quels sont vos horaires ?", "vendredi après-midi à partir de 14h"),
    ("Quels sont vos horaires ?", "aux alentours de 15h"),
    ("Quels sont vos horaires ?", "d'ici midi"),
    ("Quels sont vos horaires ?", "avant 18h"),
    ("Quels sont vos horaires ?", "Nous sommes ouverts 5 à 6 du soir."),
    ("Quels sont vos horaires ?", "Horaires d'ouverture : entre 5 et 6 dans l'après-midi."),
    ("Quels sont vos horaires ?", "Nous sommes ouverts en fin d'après-midi."),
    ("Quels sont vos horaires ?", "Le magasin est ouvert en début de soirée."),
    ("C'est ouvert le 25 décembre ?", "Non, nous sommes fermés à Noël."),
    ("Vous ouvrez tôt ?", "Oui, à partir de 6h30."),
    ("Vous êtes là jusqu'à quelle heure ?", "Jusqu'à 19h."),
    ("On peut passer ce soir ?", "Oui, nous sommes ouverts jusqu'à 21 h."),
    ("", "La clinique reçoit les patients de 8h à midi."),
    ("", "Le zoo accueille les visiteurs à partir de 9 h."),
    ("", "Le supermarché est ouvert jusqu'à vingt et une heures."),
    ("", "Ouvert : lun, mar, jeu 9h-17h ; mer, ven 9h-20h"),
    ("", "Réception : 7h-23h"),
    ("", "**Heures d'ouverture** — tous les jours de 6 h à 22 h"),
    ("", "Notre agence de Lyon est ouverte de 9h30 à 17h, du mardi au vendredi."),
    ("", "Merci pour votre message ! Pour information, l'accueil téléphonique est ouvert de 9h à 12h30."),
    ("", "La boutique n'ouvre pas avant 10 heures."),
    ("", "Nous sommes ouverts sans interruption."),
    ("", "On est fermé le lundi et le mardi."),
    ("", "L'épicerie ne ferme qu'à 23 heures."),
    ("", "Nous sommes ouverts de neuf à dix-neuf heures."),
    ("", "Les mercredis et samedis, nous fermons à midi."),
    ("Quels jours êtes-vous ouverts ?", "Nous sommes ouverts du mardi au dimanche."),
    ("Quels jours êtes-vous ouverts ?", "Du mardi au dimanche."),
    ("À quelle heure fermez-vous ?", "Autour de 19 h."),
    ("À quelle heure fermez-vous ?", "A 19h."),
    ("À quelle heure fermez-vous ?", "Sept heures du soir."),
    ("À quelle heure fermez-vous ?", "19:00"),
    ("À quelle heure fermez-vous ?", "Aujourd'hui, 18 h."),
    ("À quelle heure fermez-vous ?", "En général à 19h30."),
    ("Quels sont vos horaires ?", "Lun. 9h-18h\nMar. 9h-18h\nMer. fermé"),
]


@pytest.mark.parametrize(("asked", "reply"), SAYS_HOURS)
def test_hours_are_found_in_every_shape_asked_or_not(asked: str, reply: str) -> None:
    assert stated(reply, *filter(None, [asked]))


SAYS_NO_HOURS = [
    ("", "Votre train pour Lyon part à 9 h 04."),
    ("", "Votre vol décolle à 6h50, présentez-vous à 5h."),
    ("", "J'ai réservé une table pour quatre personnes à 20 h."),
    ("", "Votre rendez-vous est confirmé pour mardi à 14h30."),
    ("", "Le film dure deux heures et demie et commence à 21 h."),
    ("", "Séances : 14h, 16h30 et 20h."),
    ("", "Laissez reposer la pâte une heure, puis enfournez 35 minutes."),
    ("", "Votre colis sera livré entre 8h et 13h."),
    ("", "La réunion est de 10h à 11h30 en salle B."),
    ("", "Réveil réglé à 7 h."),
    ("", "Je n'ai pas nos horaires sous la main."),
    ("", "Je ne peux pas vous dire à quelle heure nous ouvrons."),
    ("", "Je ne sais pas si le magasin est ouvert le dimanche."),
    ("", "Nous vous répondrons dans les 24 heures."),
    ("", "J'ai ouvert 9 tickets ce matin."),
    ("", "Le dossier a été fermé mardi."),
    ("", "Vous pouvez modifier votre commande jusqu'à 24 heures avant."),
    ("", "Le match de samedi est à 15 h."),
    ("", "Il est neuf heures et quart."),
    ("", "Le petit-déjeuner est servi de 7h à 10h."),
    ("", "La version 9.30 corrige le problème."),
    ("", "L'atelier a lieu le mercredi de 14h à 16h."),
    ("", "Quel créneau préférez-vous, 9h ou 14h ?"),
    ("", "Les candidatures sont ouvertes jusqu'à vendredi 17h."),
    ("", "Prenez ce médicament à 8h et à 20h."),
    ("", "La navette passe de 6h à 23h toutes les 15 minutes."),
    ("", "Je serai absent lundi de 9h à 12h."),
    ("", "Rappelez-moi demain à 10h."),
    ("", "Ma sœur travaille du lundi au vendredi."),
    ("", "Voulez-vous que je vous réserve une table à 20 h ?"),
    ("", "La fenêtre est ouverte depuis ce matin."),
    ("À quelle heure part le train ?", "À 9h30."),
    ("À quelle heure est mon rendez-vous ?", "À dix heures."),
    ("À quelle heure est le concert ?", "20h30, portes à 19h."),
    ("À quelle heure ouvrez-vous ?", "Je n'ai pas cette information, désolé."),
    ("À quelle heure ouvrez-vous ?", "Je ne connais pas nos horaires, mais votre table est réservée à 19h."),
    ("À quelle heure ouvrez-vous ?", "Quel jour souhaitez-vous venir ?"),
    ("Vous êtes ouverts le dimanche ?", "Je ne sais pas, consultez notre site."),
    ("Combien de temps dure le trajet ?", "Environ 2 heures."),
    ("Quand est la prochaine séance ?", "Samedi à 21h."),
    ("", "Cuisson : 8 à 10 minutes."),
    ("", "Le premier métro est à 5h30 et le dernier à 1h15."),
    ("", "L'entretien est fixé au lundi 12 à 9h."),
    ("", "Je suis en télétravail le lundi."),
    ("", "Votre réservation : samedi 20h, 2 personnes."),
    ("", "Votre abonnement est ouvert depuis le 3 mars."),
    ("", "Le compte a été fermé lundi à votre demande."),
    ("", "La conférence s'ouvre à 9 h par un discours."),
    ("", "Le concert ouvre la saison samedi à 20 h."),
    ("", "Le cours de yoga est le mardi de 18h à 19h."),
    ("", "L'arrivée se fait à partir de 15h et le départ avant 11h."),
    ("", "Le check-in est possible dès 14 h."),
    ("", "J'ai noté votre retour pour 18h30."),
    ("", "Le dîner est servi à 19h30."),
    ("", "Vos billets pour la séance de 21h sont confirmés."),
    ("", "Le score était de 9 à 5."),
    ("", "Nous avons 24 heures pour répondre."),
    ("", "La garantie est valable 24 heures."),
    ("", "Il y a 7 jours dans une semaine."),
    ("", "Ouvrez le fichier 9 et lisez la page 10."),
    ("", "Le tournage dure du lundi au vendredi."),
    ("", "Je ne suis pas sûr que nous soyons ouverts le dimanche."),
    ("", "Nos horaires sont sur notre site."),
    ("", "Je vais vérifier si nous sommes ouverts le dimanche."),
    ("", "Avez-vous une préférence entre 9h et 10h ?"),
    ("", "Le technicien passera mardi entre 8h et 12h."),
    ("", "Votre livraison est prévue jeudi matin à partir de 9 heures 30."),
    ("", "Le soleil se lève à 6h42."),
    ("", "J'ai dormi de 23h à 7h."),
    ("", "Le ticket est ouvert depuis 9h."),
    ("À quelle heure est le dîner ?", "Vers 20 heures."),
    ("On se retrouve à quelle heure pour déjeuner ?", "Midi et demi."),
    ("À quelle heure part mon train ?", "En fin de matinée."),
    ("Quand est-ce que tu dors ?", "Toute la journée."),
    ("Écris une phrase pour un agenda.", "Je serai dehors toute la journée."),
    ("Écris une phrase pour un agenda.", "On se retrouve en fin d'après-midi."),
    ("Écris une phrase pour un collègue.", "Je suis libre le mardi de 9h à 11h."),
    ("À quelle heure ouvrez-vous ?", "Nos horaires varient, voyez le site."),
    ("À quelle heure ouvrez-vous ?", "Je l'ignore, mais le train de 9h15 vous y amène."),
    ("À quelle heure ouvrez-vous ?", "Votre rendez-vous est à 10h."),
    ("", "La clinique a appelé à 9h."),
    ("", "Le zoo compte 9 tigres et 5 lions."),
    ("", "Notre agence de Lyon compte 24 employés."),
    ("", "Le médecin vous recevra mardi à 10h."),
    ("", "Nous vous recevrons lundi à 9h pour votre entretien."),
    ("", "Le bus 9 passe devant le magasin à 8h10."),
    ("", "La soldes commencent mercredi à 8 heures."),
    ("", "Les portes du concert ouvrent à 19h."),
    ("", "Ma collègue est disponible mardi à 10h pour vous appeler."),
    ("", "Le vote est ouvert jusqu'à minuit."),
    ("", "La bourse ferme à 17h30."),
    ("Je peux venir ?", "Oui, passez mardi à 10h."),
]


@pytest.mark.parametrize(("asked", "reply"), SAYS_NO_HOURS)
def test_what_looks_like_hours_is_none(asked: str, reply: str) -> None:
    assert stated(reply, *filter(None, [asked])) == []


# (what is known, what the reply says)
SAID_AS_KNOWN = [
    (
        "Horaires : du lundi au vendredi de 8h30 à 18h, samedi de 9h à 13h.",
        "Nous sommes ouverts du lundi au vendredi de 8h30 à 18h.",
    ),
    (
        "Horaires : du lundi au vendredi de 8h30 à 18h, samedi de 9h à 13h.",
        "Le samedi, on ferme à une heure de l'après-midi.",
    ),
    (
        "Horaires : du lundi au vendredi de 8h30 à 18h, samedi de 9h à 13h.",
        "En semaine, c'est ouvert de huit heures et demie à dix-huit heures.",
    ),
    ("Mo-Fr 08:30-18:00; Sa 09:00-13:00", "Nous ouvrons à neuf heures le samedi."),
    (
        '{"opening_hours": {"monday": "09:00-17:00", "sunday": "closed"}}',
        "Le lundi, nous sommes ouverts de 9 h à 17 h.",
    ),
    ('{"opening_hours": {"monday": "09:00-17:00", "sunday": "closed"}}', "Nous sommes fermés le dimanche."),
    ("Ouvert tous les jours de 10h à minuit.", "Nous fermons à minuit tous les jours."),
    (
        "Le magasin ouvre à 9h et ferme à 19h30.",
        "Nous sommes ouverts de neuf heures à dix-neuf heures trente.",
    ),
    ("La réception est ouverte 24h/24.", "La réception est ouverte jour et nuit."),
    ("Le restaurant sert de midi à 14h30.", "Le restaurant sert de 12h à 14h30."),
    ("Restaurant ouvert de midi à 14h et de 19h à 22h30, fermé le lundi.", "Le soir, nous ouvrons à 19h."),
    ("Restaurant ouvert de midi à 14h et de 19h à 22h30, fermé le lundi.", "Nous sommes fermés le lundi."),
    ("Lundi : 9h-18h\nMardi : 9h-18h\nMercredi : fermé", "Nous sommes fermés le mercredi."),
    ("Opening hours: 9am-5:30pm Mon-Sat", "Nous sommes ouverts du lundi au samedi de 9h à 17h30."),
    ("Öffnungszeiten: Mo-Fr 8-18 Uhr", "Ouvert du lundi au vendredi de 8h à 18h."),
    ("Ouvert 7j/7 de 8h à 20h.", "Nous sommes ouverts tous les jours de huit heures à vingt heures."),
    ("Ouvert 7j/7 de 8h à 20h.", "Le dimanche, nous fermons à 20 heures."),
    ("Le bar ferme à 0h30.", "Le bar ferme à minuit et demi."),
    (
        "| Jour | Horaires |\n|---|---|\n| Lundi | 10h-19h |\n| Samedi | 10h-20h |",
        "Le samedi, nous fermons à 20h.",
    ),
    ('{"horaires": {"lundi": "09:00-17:00", "dimanche": "fermé"}}', "Nous sommes fermés le dimanche."),
    (
        '{"name": "Café", "opens": "08:00", "closes": "17:30"}',
        "Le café ouvre à huit heures et ferme à dix-sept heures trente.",
    ),
    (
        "Ouvert lun-ven 9h-18h, sam 10h-17h, fermé dim.",
        "Nous sommes ouverts le samedi de dix heures à dix-sept heures et fermés le dimanche.",
    ),
    ("Notre SAV : 8h-20h, 7j/7.", "Le SAV est ouvert de 8h à 20h, tous les jours."),
]


@pytest.mark.parametrize(("known", "said"), SAID_AS_KNOWN)
def test_hours_that_the_request_states_are_entailed_in_any_form(known: str, said: str) -> None:
    assert entailed(known, said)


SAID_OTHERWISE = [
    (
        "Horaires : du lundi au vendredi de 8h30 à 18h, samedi de 9h à 13h.",
        "Nous sommes ouverts le samedi jusqu'à 18h.",
    ),
    ("Horaires : du lundi au vendredi de 8h30 à 18h, samedi de 9h à 13h.", "Nous ouvrons à 9h en semaine."),
    ("Ouvert tous les jours de 10h à minuit.", "Nous fermons à 22 heures."),
    ("Fermé le lundi.", "Nous sommes ouverts le lundi."),
    ("Le musée du Louvre ouvre à 9h.", "Le musée d'Orsay ouvre à 9h."),
    ("Le dernier bus part à 19h.", "Nous fermons à 19h."),
    ("Ouvert de 9h à 19h.", "Nous sommes ouverts 24h/24."),
    ("Restaurant ouvert de midi à 14h et de 19h à 22h30, fermé le lundi.", "Nous fermons à 23h."),
    ("Lundi : 9h-18h\nMardi : 9h-18h\nMercredi : fermé", "Nous sommes ouverts le mercredi de 9h à 18h."),
    ("Opening hours: 9am-5:30pm Mon-Sat", "Nous sommes ouverts le dimanche de 9h à 17h30."),
    ("Ouvert 7j/7 de 8h à 20h.", "Nous ouvrons à 20 heures."),
    ("Le bar ferme à 0h30.", "Le bar ferme à midi et demi."),
    ("La boulangerie Martin ouvre à 7h.", "La boulangerie Dupont ouvre à 7h."),
    ("Ouvert du lundi au vendredi de 9h à 17h.", "Nous sommes ouverts du lundi au samedi de 9h à 17h."),
    ("La visite guidée part à 10h et le restaurant sert à 12h.", "Le musée ouvre à 10h."),
    ("Ouvert lun-ven 9h-18h, sam 10h-17h, fermé dim.", "Nous sommes ouverts le dimanche."),
    ("Notre SAV : 8h-20h, 7j/7.", "Le SAV est ouvert de 8h à 22h."),
]


@pytest.mark.parametrize(("known", "said"), SAID_OTHERWISE)
def test_other_hours_than_those_known_are_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)


TIMES = [
    "midi",
    "minuit",
    "à minuit",
    "minuit 15",
    "23 heures",
    "quinze heures pile",
    "15h",
    "à 15h15",
    "15 heures 15",
    "trois heures et quart de l'après-midi",
    "midi trente",
    "15h45",
    "quatre heures moins le quart",
    "8 h du soir",
    "vers 15h",
    "aux alentours de 15h",
    "jusqu'à 14h",
    "avant midi",
    "à partir de 8h",
    "entre 9h30 et 11h",
    "de 9h30 jusqu'à 11h",
    "9h30-11h00 jeudi",
    "jeudi de 9h à 11h",
    "vendredi entre 8h et 11h",
    "11h du mat",
    "demain à 9h",
    "dix-huit heures quarante-cinq",
    "sept heures du matin",
    "de 5 à 6pm",
    "entre 5 et 6 de l'après-midi",
    "de une heure trente à 3h30",
    "de 13h30 a 15h30",
    "de 8 heures du matin à 5 heures de l'après-midi",
    "14.30",
    "14:30",
    "vingt heures",
    "deux heures et demie de l'après-midi",
]
CARRIERS = ["Nous sommes ouverts {}.", "Horaires d'ouverture : {}.", "Le magasin est ouvert {}."]
OTHER_QUESTIONS = [
    "À quelle heure part mon train ?",
    "À quelle heure est mon rendez-vous chez le dentiste ?",
    "On se retrouve à quelle heure pour déjeuner ?",
]
OTHER_CARRIERS = ["La réunion a lieu {}.", "Examen : {}.", "Je serai dehors {}.", "Votre rendez-vous est {}."]


@pytest.mark.parametrize("time", TIMES)
def test_a_time_is_of_hours_by_what_stands_around_it(time: str) -> None:
    assert all(
        stated(reply, "À quelle heure ouvrez-vous ?") for reply in (time, *(c.format(time) for c in CARRIERS))
    )
    assert not any(
        stated(reply, question)
        for question in OTHER_QUESTIONS
        for reply in (time, *(c.format(time) for c in OTHER_CARRIERS))
    )
