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
