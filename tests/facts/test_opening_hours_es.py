"""Opening hours in Spanish: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("Abrimos a las nueve.", ["nueve"]),
    ("La librería está abierta de 9:00 a 18:30.", ["9:00 a 18:30"]),
    ("Horario: de lunes a viernes de 8 a 15 h.", ["8 a 15 h"]),
    ("Lun-vie 9:00-14:00 y 16:00-20:00", ["9:00-14:00", "16:00-20:00"]),
    ("Cerramos los domingos a las dos de la tarde.", ["dos de la tarde"]),
    ("Los lunes estamos cerrados.", ["lunes estamos cerrados"]),
    ("El museo cierra a las ocho y media de la tarde.", ["ocho y media de la tarde"]),
    ("La recepción está disponible las 24 horas.", ["las 24 horas"]),
    ("La piscina abre a las 10 de la mañana.", ["10 de la mañana"]),
    ("La cocina cierra a las once menos cuarto.", ["once menos cuarto"]),
    ("Los sábados abrimos a las nueve y media.", ["nueve y media"]),
    ("Última entrada a las 17:15.", ["17:15"]),
    ("Estamos abiertos todos los días.", ["abiertos todos los días"]),
    (
        "Su mesa está reservada para las 21:00 y el bar está abierto hasta las 2 de la madrugada.",
        ["2 de la madrugada"],
    ),
    ("El servicio de atención al cliente atiende de lunes a sábado de nueve a cinco.", ["nueve a cinco"]),
    ("Cerrado los festivos.", ["Cerrado los festivos"]),
    ("La farmacia abre a partir de las 7.", ["7"]),
    ("No abrimos los domingos.", ["No abrimos los domingos"]),
    ("Estamos abiertos 24/7.", ["24/7"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "Su tren sale a las 9:15 del andén 4.",
    "El autobús pasa cada 20 minutos.",
    "Su mesa está reservada para las 19:30.",
    "Su cita con el dentista es el lunes a las 10.",
    "He puesto la alarma a las 6:30.",
    "La reunión empieza a las nueve y termina a las diez.",
    "Hornear 25 minutos a 180 grados.",
    "La película empieza a las 20:15.",
    "El examen es de 9 a 11.",
    "¿A qué hora le gustaría venir?",
    "No conozco nuestro horario de apertura.",
    "No sé si están cerrados los domingos.",
    "Recibirá una respuesta en 24 horas.",
    "Trabajo de 9 a 17 h.",
    "La entrega llega el viernes entre las 8 y las 12.",
    "Cuesta 9,30 euros por persona.",
    "La inscripción abre el lunes a las 9.",
    "Está a 15 minutos a pie.",
    "Tome una pastilla a las 8 y otra a las 20 h.",
    "La visita guiada sale a las 16:00.",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize(
    "reply", ["A las nueve.", "9:30.", "De 9 a 18 h.", "Las diez y media.", "Hasta las ocho de la tarde."]
)
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "¿A qué hora abren?")
    assert not stated(reply, "¿A qué hora sale el tren?")


@pytest.mark.parametrize(
    "question", ["¿Cuál es su horario?", "¿Están abiertos los domingos?", "¿Hasta qué hora abren?"]
)
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("¿A qué hora sale el tren?")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Abrimos de lunes a viernes de nueve a cinco de la tarde."),
        ("Horario: lun-vie 8:30-18:00, sáb 9-13", "Los sábados cerramos a las 13 h."),
        ("Horario: lun-vie 8:30-18:00", "Entre semana abrimos a las ocho y media."),
        ("Cerrado los lunes.", "Los lunes estamos cerrados."),
        ("Open 24/7.", "Estamos abiertos las 24 horas."),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Abrimos de lunes a viernes de nueve a seis de la tarde."),
        ("Mon-Fri 9-17", "Los sábados abrimos a las nueve."),
        ("Abierto desde las 9 de la mañana.", "Abrimos a las nueve de la noche."),
        ("El autobús sale a las 9 y a las 17 h.", "Abrimos de 9 a 17 h."),
        ("Cerrado los lunes.", "Los martes estamos cerrados."),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)
