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


# (question, reply); the question is "" where nobody asked.
SAYS_HOURS = [
    ("", "Abrimos às nove em ponto todas as manhãs."),
    ("", "A loja abre das 10 às 13 e das 15h às 19h30."),
    ("", "O nosso horário é de segunda a sexta, das 9h às 18h."),
    ("", "Aos sábados fechamos às duas da tarde."),
    ("", "Horário:\nSegunda: fechado\nTerça a sexta: 9h00 - 12h30 / 14h00 - 18h30\nSábado: 9h00 - 13h00"),
    ("", "| Dia | Abertura | Fecho |\n|---|---|---|\n| Segunda | 8:30 | 18:00 |\n| Terça | 8:30 | 20:00 |"),
    ("", "Seg-Sex: 9h-18h"),
    ("", "- **Segunda**: 9:00–18:00\n- **Sábado**: 10:00–16:00\n- **Domingo**: fechado"),
    ("", "Estamos fechados aos domingos e feriados."),
    ("", "O museu não abre às segundas."),
    ("", "Sim, também abrimos ao domingo de manhã."),
    ("", "Pode ligar-nos de segunda a sexta entre as 9h e as 17h30."),
    ("", "O apoio ao cliente funciona todos os dias das 8h às 22h."),
    ("", "A cozinha fecha às onze e um quarto."),
    ("", "Os últimos pedidos são aceites às 22h15."),
    ("", "A farmácia está aberta 24 horas por dia."),
    ("", "Suporte disponível 24/7."),
    ("", "Não se preocupe, estamos aqui até às oito da noite!"),
    ("", "O escritório reabre segunda-feira às nove."),
    ("", "Exceto às segundas, abrimos às onze."),
    ("", "Atendemos o público das nove às duas."),
    ("", "O museu abre as portas às 9h30 e fecha-as às 18h."),
    ("", "Dia de descanso: quarta-feira."),
    ("", "Aberto de segunda a sábado, das 9 às 20 horas, sem interrupção."),
    ("", "No verão a piscina fecha às quinze para as nove."),
    ("", "Estamos abertos das ９h às １８h."),
    ("", "Abrimos ao meio-dia e fechamos à meia-noite."),
    ("", "Com certeza. Lembre-se de que fechamos às 19h30. Mais alguma coisa?"),
    ("", "A secretaria abre de manhã, das 8 às 12."),
    ("", "O restaurante serve almoços do meio-dia às três."),
    ("", "Fechamos às sete e meia."),
    ("", "O bar fica aberto até de madrugada."),
    ("", "Encerramos à segunda-feira."),
    ("A que horas abrem?", "Às nove e meia da manhã."),
    ("A que horas abrem?", "A partir das 8."),
    ("A que horas abrem?", "Às dez, de terça a domingo."),
    ("A que horas fecham?", "Vinte e trinta."),
    ("A que horas fecham?", "Meio-dia e meia."),
    ("A que horas fecham?", "À meia-noite."),
    ("A que horas fecham?", "Dez para as dez."),
    ("A que horas fecham?", "Tarde da noite."),
    ("Até que horas a loja fica aberta?", "Até às três e um quarto da tarde."),
    ("Qual é o horário de funcionamento?", "De segunda a sexta, 9h-18h."),
    ("Qual é o horário de funcionamento?", "Das 9 às 18."),
    ("Qual é o horário de funcionamento?", "9:30 - 11:00 às quintas"),
    ("Qual é o horário de funcionamento?", "Olá! Das oito às vinte horas, exceto aos domingos."),
    ("Vocês abrem aos domingos?", "Não, desculpe, nesse dia estamos fechados."),
    ("Vocês abrem aos domingos?", "Sim, o dia todo."),
    ("Vocês abrem aos domingos?", "Sim, claro, estamos abertos."),
    ("Até que horas estão abertos?", "Até tarde."),
    ("Quando estão abertos?", "Todos os dias, menos às terças."),
    ("Horário?", "8h-20h"),
    ("O suporte está disponível à noite?", "Sim, o nosso suporte está disponível 24 horas por dia."),
    ("Há alguém na recepção ao sábado?", "Sim, das 10h às 16h."),
    ("Até que horas posso pedir comida?", "Até às 22 horas."),
    ("", "9h-13h / 14h-18h, domingo fechado"),
    ("", "Seg a Sex 8:00-18:00, Sáb 9:00-12:00"),
    ("", "🕘 9h – 19h (seg–sáb)"),
    ("", "Este é o nosso horário:\n\n* dias úteis: 7h30 às 19h\n* fins de semana: 9h às 17h"),
    ("", "Abertura: 10h\nFecho: 22h"),
    ("", "HORÁRIO: 9H-18H"),
    ("", "As nossas portas abrem às dez e fecham às seis."),
    ("", "Encontra-nos na loja das nove ao meio-dia."),
    ("", "O escritório fecha das 13h às 14h para almoço."),
    ("", "Baixamos as portas às 19h."),
    ("", "Tem de vir antes das 18h, hora de fecho."),
    ("", "Fechamos às sete da noite, mas à sexta ficamos abertos até às nove."),
    ("", "Se vier na segunda, lembre-se de que estamos fechados às segundas."),
    ("", "Se precisar, estamos abertos até às 20h."),
    ("", "O seu pedido está pronto. A loja está aberta até às 19h30."),
    ("", "Aos domingos abrimos até à uma."),
    ("", "À quarta não abrimos antes das 14h."),
    ("", "Atendemos sem marcação das 8h às 12h."),
    ("", "A nossa equipa está à sua disposição de segunda a sábado das 9h às 19h."),
    ("", "Horário de visitas: 13h-20h."),
    ("", "O estacionamento está aberto 24 horas."),
    ("", "Aberto 7 dias por semana."),
    ("", "Abrimos aos feriados."),
    ("", "No dia 1 de maio estamos fechados."),
    ("", "Fechado para férias de 1 a 15 de agosto."),
    ("", "Encerramento às 17h30 em ponto."),
    ("", "Os nossos consultores atendem o telefone das 8h30 às 18h30."),
    ("", "Abrimos só de manhã."),
    ("", "estamos abertos das 8:30 as 19"),
    ("", "O café abre às sete e meia."),
    ("", "A biblioteca está aberta ao público às terças e quintas das 14h às 18h."),
    ("", "Trabalhamos de segunda a sexta, das 9h às 18h."),
    ("", "Fechamos ao domingo."),
    ("A que horas abrem?", "A partir das nove da manhã, de segunda a sábado."),
    ("A que horas abrem?", "Olá, às 9!"),
    ("A que horas abrem?", "Acho que às 9h."),
    ("A que horas abrem?", "Amanhã será às 10h."),
    ("A que horas abrem?", "A meio da manhã."),
    ("A que horas abrem?", "quinze para meio dia"),
    ("A que horas abrem?", "meio dia e quinze"),
    ("A que horas vocês abrem?", "às oito e um quarto da noite"),
    ("A que horas vocês abrem?", "3 e meia da tarde"),
    ("A que horas vocês abrem?", "antes do meio dia"),
    ("A que horas vocês abrem?", "depois das 5 da tarde"),
    ("A que horas vocês abrem?", "por volta das 3 da tarde"),
    ("Até que horas a loja fica aberta?", "Estamos abertos das 5 até as 6 da tarde."),
    ("Qual é o horário de funcionamento?", "Horário de funcionamento: no final da tarde."),
    ("Vocês abrem no Natal?", "Não, no Natal estamos fechados."),
    ("Abrem cedo?", "Sim, a partir das 6h30."),
    ("Até que horas estão aí?", "Até às 19h."),
    ("Podemos passar hoje à noite?", "Sim, estamos abertos até às 21h."),
    ("", "A clínica atende pacientes das 8h ao meio-dia."),
    ("", "O zoo recebe visitantes a partir das 9h."),
    ("", "O supermercado está aberto até às vinte e uma horas."),
    ("", "Aberto: seg, ter, qui 9h-17h; qua, sex 9h-20h"),
    ("", "Recepção: 7h-23h"),
    ("", "**Horário de funcionamento** — todos os dias das 6h às 22h"),
    ("", "A nossa agência do Porto está aberta das 9h30 às 17h, de terça a sexta."),
    ("", "Obrigado pela mensagem! O atendimento telefónico é das 9h às 12h30."),
    ("", "A loja não abre antes das 10h."),
    ("", "Estamos fechados à segunda e à terça."),
    ("", "A mercearia só fecha às 23h."),
    ("", "Às quartas e aos sábados fechamos ao meio-dia."),
    ("", "Abre-se às 9h e fecha-se às 18h."),
    ("Em que dias abrem?", "De terça a domingo."),
    ("A que horas fecham?", "Por volta das 19h."),
    ("A que horas fecham?", "19:00"),
    ("A que horas fecham?", "Sete da noite."),
    ("A que horas fecham?", "Hoje, às 18h."),
    ("A que horas fecham?", "Em geral às 19h30."),
    ("Qual é o horário?", "Seg. 9h-18h\nTer. 9h-18h\nQua. fechado"),
    ("Qual o horario de voces?", "Das nove da manhã às sete da noite."),
]


@pytest.mark.parametrize(("asked", "reply"), SAYS_HOURS)
def test_hours_are_found_in_every_shape_asked_or_not(asked: str, reply: str) -> None:
    assert stated(reply, *filter(None, [asked]))


SAYS_NO_HOURS = [
    ("", "O seu comboio para o Porto parte às 9h04."),
    ("", "O seu voo decola às 6h50; apresente-se às 5h."),
    ("", "Reservei uma mesa para quatro às 20h."),
    ("", "A sua consulta está confirmada para terça-feira às 14h30."),
    ("", "O filme dura duas horas e meia e começa às 21h."),
    ("", "Sessões: 14h, 16h30 e 20h."),
    ("", "Deixe a massa descansar uma hora e asse 35 minutos."),
    ("", "A sua encomenda chega entre as 8h e as 13h."),
    ("", "A reunião é das 10h às 11h30 na sala B."),
    ("", "Despertador marcado para as 7h."),
    ("", "Não tenho o nosso horário à mão."),
    ("", "Não posso dizer a que horas abrimos."),
    ("", "Não sei se a loja está aberta aos domingos."),
    ("", "Responderemos em até 24 horas."),
    ("", "Abri 9 chamados esta manhã."),
    ("", "O caso foi encerrado na terça-feira."),
    ("", "Pode cancelar até 24 horas antes."),
    ("", "O jogo de sábado é às 15h."),
    ("", "São nove e um quarto."),
    ("", "O pequeno-almoço é servido das 7h às 10h."),
    ("", "A versão 9.30 corrige o problema."),
    ("", "A oficina é às quartas das 14h às 16h."),
    ("", "Que hora prefere, 9h ou 14h?"),
    ("", "As inscrições estão abertas até sexta às 17h."),
    ("", "Tome o comprimido às 8h e às 20h."),
    ("", "O autocarro passa das 6h às 23h de 15 em 15 minutos."),
    ("", "Estarei fora na segunda das 9h às 12h."),
    ("", "Ligue-me amanhã às 10h."),
    ("", "A minha irmã trabalha de segunda a sexta."),
    ("", "Quer que reserve uma mesa às 20h?"),
    ("", "A janela está aberta desde esta manhã."),
    ("A que horas parte o comboio?", "Às 9h30."),
    ("A que horas é a minha consulta?", "Às dez."),
    ("A que horas é o concerto?", "Às 20h30, portas às 19h."),
    ("A que horas abrem?", "Não tenho essa informação, desculpe."),
    ("A que horas abrem?", "Não sei o horário, mas a sua mesa está reservada para as 19h."),
    ("A que horas abrem?", "Em que dia quer vir?"),
    ("Vocês abrem aos domingos?", "Não sei, consulte o nosso site."),
    ("Quanto tempo dura a viagem?", "Cerca de 2 horas."),
    ("Quando é a próxima sessão?", "Sábado às 21h."),
    ("", "Cozedura: 8 a 10 minutos."),
    ("", "O primeiro metro é às 5h30 e o último à 1h15."),
    ("", "A entrevista é na segunda, dia 12, às 9h."),
    ("", "À segunda trabalho em casa."),
    ("", "A sua reserva: sábado 20h, 2 pessoas."),
    ("", "A sua conta está aberta desde 3 de março."),
    ("", "A conta foi fechada na segunda a seu pedido."),
    ("", "A conferência abre às 9h com um discurso."),
    ("", "O concerto abre a temporada no sábado às 20h."),
    ("", "A aula de ioga é às terças das 18h às 19h."),
    ("", "O check-in é possível a partir das 14h e o check-out até às 11h."),
    ("", "O jantar é servido às 19h30."),
    ("", "Os seus bilhetes para a sessão das 21h estão confirmados."),
    ("", "O resultado foi 9 a 5."),
    ("", "Temos 24 horas para responder."),
    ("", "A garantia vale por 24 horas."),
    ("", "Abra o ficheiro 9 e leia a página 10."),
    ("", "As filmagens duram de segunda a sexta."),
    ("", "Não tenho a certeza de que abrimos aos domingos."),
    ("", "O nosso horário está no site."),
    ("", "Vou verificar se abrimos aos domingos."),
    ("", "Prefere entre as 9h e as 10h?"),
    ("", "O técnico passa na terça entre as 8h e as 12h."),
    ("", "O sol nasce às 6h42."),
    ("", "Dormi das 23h às 7h."),
    ("", "O chamado está aberto desde as 9h."),
    ("", "Na segunda vez, tente às 9h."),
    ("A que horas é o jantar?", "Por volta das 20h."),
    ("A que horas nos encontramos para almoçar?", "Meio-dia e meia."),
    ("A que horas parte o meu comboio?", "A meio da manhã."),
    ("Dá-me uma frase de exemplo para uma agenda.", "Estarei fora o dia todo."),
    ("Dá-me uma frase de exemplo para uma agenda.", "Encontramo-nos ao fim da tarde."),
    ("Escreve uma frase para um colega.", "Estou livre às terças das 9h às 11h."),
    ("A que horas abrem?", "O horário varia, veja o site."),
    ("A que horas abrem?", "Não sei, mas o comboio das 9h15 deixa-o lá."),
    ("A que horas abrem?", "A sua consulta é às 10h."),
    ("", "A clínica ligou às 9h."),
    ("", "O zoo tem 9 tigres e 5 leões."),
    ("", "O médico vai atendê-lo na terça às 10h."),
    ("", "O autocarro 9 passa pela loja às 8h10."),
    ("", "Os saldos começam na quarta às 8h."),
    ("", "As portas do concerto abrem às 19h."),
    ("", "A minha colega está disponível na terça às 10h para lhe ligar."),
    ("", "A votação está aberta até à meia-noite."),
    ("", "A bolsa fecha às 17h30."),
    ("Posso ir?", "Sim, venha na terça às 10h."),
    ("", "Fecho sempre a porta à noite."),
    ("", "Chegou tarde às 9h."),
]


@pytest.mark.parametrize(("asked", "reply"), SAYS_NO_HOURS)
def test_what_looks_like_hours_is_none(asked: str, reply: str) -> None:
    assert stated(reply, *filter(None, [asked])) == []


# (what is known, what the reply says)
SAID_AS_KNOWN = [
    (
        "Horário: de segunda a sexta das 8h30 às 18h, sábado das 9h às 13h.",
        "Estamos abertos de segunda a sexta das 8h30 às 18h.",
    ),
    (
        "Horário: de segunda a sexta das 8h30 às 18h, sábado das 9h às 13h.",
        "Aos sábados fechamos à uma da tarde.",
    ),
    (
        "Horário: de segunda a sexta das 8h30 às 18h, sábado das 9h às 13h.",
        "Nos dias úteis abrimos das oito e meia às seis da tarde.",
    ),
    ("Mo-Fr 08:30-18:00; Sa 09:00-13:00", "Aos sábados abrimos às nove."),
    (
        '{"opening_hours": {"monday": "09:00-17:00", "sunday": "closed"}}',
        "Às segundas abrimos das 9h às 17h.",
    ),
    ('{"opening_hours": {"monday": "09:00-17:00", "sunday": "closed"}}', "Estamos fechados aos domingos."),
    ("Aberto todos os dias das 10h à meia-noite.", "Fechamos à meia-noite todos os dias."),
    ("A loja abre às 9h e fecha às 19h30.", "Estamos abertos das nove às dezenove e trinta."),
    ("A recepção está aberta 24 horas.", "A recepção está aberta dia e noite."),
    ("O bar abre das 12:00 às 23:45.", "O bar fecha às quinze para a meia-noite."),
    ("Restaurante aberto das 12h às 15h e das 19h às 23h, fechado às segundas.", "À noite abrimos às 19h."),
    (
        "Restaurante aberto das 12h às 15h e das 19h às 23h, fechado às segundas.",
        "Estamos fechados às segundas.",
    ),
    ("Segunda: 9h-18h\nTerça: 9h-18h\nQuarta: fechado", "Estamos fechados à quarta-feira."),
    ("Segunda: 9h-18h\nTerça: 9h-18h\nQuarta: fechado", "Às terças abrimos das nove às dezoito."),
    ("Opening hours: 9am-5:30pm Mon-Sat", "Abrimos de segunda a sábado das 9h às 17h30."),
    (
        "Aberto 7 dias por semana das 8h às 20h.",
        "Estamos abertos todos os dias das oito da manhã às oito da noite.",
    ),
    ("O bar fecha às 0h30.", "O bar fecha à meia-noite e meia."),
    (
        "| Dia | Horário |\n|---|---|\n| Segunda | 10h-19h |\n| Sábado | 10h-20h |",
        "Aos sábados fechamos às 20h.",
    ),
    ('{"horario": {"segunda": "09:00-17:00", "domingo": "fechado"}}', "Estamos fechados ao domingo."),
    (
        '{"name": "Café", "opens": "08:00", "closes": "17:30"}',
        "O café abre às oito e fecha às cinco e meia da tarde.",
    ),
    (
        "Aberto seg-sex 9h-18h, sáb 10h-17h, dom fechado.",
        "Aos sábados abrimos das dez às cinco da tarde e aos domingos fechamos.",
    ),
    ("Suporte: 8h-20h, 7 dias por semana.", "O suporte está disponível das 8h às 20h todos os dias."),
]


@pytest.mark.parametrize(("known", "said"), SAID_AS_KNOWN)
def test_hours_that_the_request_states_are_entailed_in_any_form(known: str, said: str) -> None:
    assert entailed(known, said)


SAID_OTHERWISE = [
    (
        "Horário: de segunda a sexta das 8h30 às 18h, sábado das 9h às 13h.",
        "Aos sábados estamos abertos até às 18h.",
    ),
    ("Horário: de segunda a sexta das 8h30 às 18h, sábado das 9h às 13h.", "Nos dias úteis abrimos às 9h."),
    ("Aberto todos os dias das 10h à meia-noite.", "Fechamos às 22h."),
    ("Fechado às segundas.", "Estamos abertos às segundas."),
    ("O Museu do Fado abre às 9h.", "O Museu Gulbenkian abre às 9h."),
    ("O último autocarro parte às 19h.", "Fechamos às 19h."),
    ("Aberto das 9h às 19h.", "Estamos abertos 24 horas por dia."),
    ("Restaurante aberto das 12h às 15h e das 19h às 23h, fechado às segundas.", "Fechamos às 22h."),
    ("Segunda: 9h-18h\nTerça: 9h-18h\nQuarta: fechado", "À quarta abrimos das 9h às 18h."),
    ("Opening hours: 9am-5:30pm Mon-Sat", "Aos domingos abrimos das 9h às 17h30."),
    ("Aberto 7 dias por semana das 8h às 20h.", "Abrimos às 20h."),
    ("A padaria Lisboa abre às 7h.", "A padaria Moderna abre às 7h."),
    ("Aberto de segunda a sexta das 9h às 17h.", "Abrimos de segunda a sábado das 9h às 17h."),
    ("A visita guiada parte às 10h.", "O museu abre às 10h."),
    ("Aberto seg-sex 9h-18h, sáb 10h-17h, dom fechado.", "Abrimos aos domingos."),
    ("Suporte: 8h-20h, 7 dias por semana.", "O suporte está disponível das 8h às 22h."),
]


@pytest.mark.parametrize(("known", "said"), SAID_OTHERWISE)
def test_other_hours_than_those_known_are_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)


TIMES = [
    "às 3 da tarde",
    "quinze para meio dia",
    "às oito e um quarto da noite",
    "meia noite",
    "meio dia e meia",
    "meio-dia e quinze",
    "3 e quinze",
    "3 e meia da tarde",
    "às oito e vinte da manhã",
    "9:30 - 11:00",
    "de 9:30 até 11:00",
    "entre 9:30 e 11:00 da quinta",
    "por volta das 3 da tarde",
    "até 2:00pm",
    "antes do meio dia",
    "depois das 5 da tarde",
    "das 5 até as 6pm",
    "de 4pm a 5pm",
    "4:00 até as 5pm",
    "7h30 da noite",
    "sete e meia",
    "meia noite em ponto",
    "ao meio-dia",
    "à uma",
    "à uma e meia",
    "às 13h",
    "das nove às dezoito",
    "entre as 5 e as 6 da tarde",
    "das 8 da manhã às 5 da tarde",
    "9h às 18h",
    "às 9",
    "vinte horas",
    "às dez para as oito",
    "desde as 9",
    "das 10 à meia-noite",
]
CARRIERS = ["Estamos abertos {}.", "Horário de funcionamento: {}.", "A loja abre {}."]
OTHER_QUESTIONS = [
    "A que horas parte o meu comboio?",
    "A que horas é a minha consulta no dentista?",
    "A que horas nos encontramos para almoçar?",
]
OTHER_CARRIERS = ["A sua consulta é {}.", "A reunião é {}.", "Exame: {}.", "Estarei fora {}."]


@pytest.mark.parametrize("time", TIMES)
def test_a_time_is_of_hours_by_what_stands_around_it(time: str) -> None:
    assert all(
        stated(reply, "A que horas vocês abrem?") for reply in (time, *(c.format(time) for c in CARRIERS))
    )
    assert not any(
        stated(reply, question)
        for question in OTHER_QUESTIONS
        for reply in (time, *(c.format(time) for c in OTHER_CARRIERS))
    )
