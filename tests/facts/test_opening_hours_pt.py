"""Opening hours in Portuguese: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("Abrimos às nove.", ["nove"]),
    ("A livraria está aberta das 9h às 18h30.", ["9h às 18h30"]),
    ("Horário: de segunda a sexta das 8h às 19h.", ["8h às 19h"]),
    ("Seg-sex 9:00-13:00 e 15:00-19:30", ["9:00-13:00", "15:00-19:30"]),
    ("Estamos fechados aos domingos.", ["fechados aos domingos"]),
    ("Às segundas-feiras o museu está fechado.", ["fechado"]),
    ("A farmácia fecha às oito e meia da noite.", ["oito e meia da noite"]),
    ("A recepção funciona 24 horas por dia.", ["24 horas por dia"]),
    ("A piscina abre às 10 da manhã.", ["10 da manhã"]),
    ("A cozinha fecha às onze menos um quarto.", ["onze menos um quarto"]),
    ("Aos sábados abrimos às nove e meia.", ["nove e meia"]),
    ("Última entrada às 17:15.", ["17:15"]),
    ("Estamos abertos todos os dias.", ["abertos todos os dias"]),
    ("A sua mesa está reservada para as 21h e o bar fica aberto até as 2 da madrugada.", ["2 da madrugada"]),
    (
        "O atendimento ao cliente funciona de segunda a sábado das nove às dezessete horas.",
        ["nove às dezessete horas"],
    ),
    ("Fechado nos feriados.", ["Fechado nos feriados"]),
    ("A loja abre a partir das 7h.", ["7h"]),
    ("Não abrimos aos domingos.", ["Não abrimos aos domingos"]),
    ("Ficamos abertos até a meia-noite.", ["meia-noite"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "O seu trem sai às 9:15 da plataforma 4.",
    "O ônibus passa a cada 20 minutos.",
    "A sua mesa está reservada para as 19:30.",
    "A sua consulta com o dentista é na segunda-feira às 10h.",
    "Coloquei o despertador para as 6:30.",
    "A reunião começa às nove e termina às dez.",
    "Asse por 25 minutos a 180 graus.",
    "O filme começa às 20:15.",
    "A prova é das 9h às 11h.",
    "A que horas gostaria de vir?",
    "Não conheço o nosso horário de funcionamento.",
    "Não sei se estamos fechados aos domingos.",
    "Você receberá uma resposta em até 24 horas.",
    "Trabalho das 9h às 17h.",
    "A entrega chega na sexta entre as 8h e as 12h.",
    "Custa 9,30 euros por pessoa.",
    "As inscrições abrem na segunda às 9h.",
    "Fica a 15 minutos a pé.",
    "Tome um comprimido às 8h e outro às 20h.",
    "A visita guiada sai às 16:00.",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize("reply", ["Às nove.", "9:30.", "Das 9h às 18h.", "Dez e meia.", "Até as 20h."])
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "A que horas vocês abrem?")
    assert not stated(reply, "A que horas sai o trem?")


@pytest.mark.parametrize(
    "question",
    ["Qual é o horário de vocês?", "Vocês abrem aos domingos?", "Até que horas a loja fica aberta?"],
)
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("A que horas sai o trem?")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Abrimos de segunda a sexta das nove às dezessete horas."),
        ("Horário: seg-sex 8h30-18h, sáb 9h-13h", "Aos sábados fechamos às 13h."),
        ("Horário: seg-sex 8h30-18h", "Nos dias úteis abrimos às oito e meia."),
        ("Fechado às segundas-feiras.", "Estamos fechados às segundas-feiras."),
        ("Open 24/7.", "Estamos abertos 24 horas por dia."),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Abrimos de segunda a sexta das nove às dezoito horas."),
        ("Mon-Fri 9-17", "Aos sábados abrimos às nove."),
        ("Aberto a partir das 9 da manhã.", "Abrimos às nove da noite."),
        ("O ônibus sai às 9h e às 17h.", "Abrimos das 9h às 17h."),
        ("Fechado às segundas-feiras.", "Estamos fechados às terças-feiras."),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)
