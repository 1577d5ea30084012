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
    ("Los lunes estamos cerrados.", ["Los lunes estamos cerrados"]),
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


# (question, reply); the question is "" where nobody asked.
SAYS_HOURS = [
    ("", "Abrimos a las nueve en punto todas las mañanas."),
    ("", "La tienda abre de 10 a 14 y de 17 a 20:30."),
    ("", "Nuestro horario es de lunes a viernes de 9:00 a 18:00 h."),
    ("", "Los sábados cerramos a las dos de la tarde."),
    ("", "Horario:\nLunes: cerrado\nMartes a viernes: 9:00 - 14:00 y 17:00 - 20:00\nSábado: 10:00 - 14:00"),
    ("", "| Día | Apertura | Cierre |\n|---|---|---|\n| Lunes | 8:30 | 18:00 |\n| Martes | 8:30 | 20:00 |"),
    ("", "Lun-Vie: 9-18"),
    ("", "- **Lunes**: 9:00–18:00\n- **Sábado**: 10:00–16:00\n- **Domingo**: cerrado"),
    ("", "Cerramos los domingos y festivos."),
    ("", "El museo no abre los lunes."),
    ("", "Sí, también abrimos los domingos por la mañana."),
    ("", "Puede llamarnos de lunes a viernes entre las 9 y las 17:30."),
    ("", "Nuestra línea de atención funciona los 7 días de la semana de 8 a 22 h."),
    ("", "La cocina cierra a las once y cuarto."),
    ("", "Los últimos pedidos se toman a las 22:15."),
    ("", "La farmacia está abierta las 24 horas."),
    ("", "Soporte técnico disponible 24/7."),
    ("", "La oficina vuelve a abrir el lunes a las nueve."),
    ("", "Excepto los lunes, abrimos a las once."),
    ("", "Atendemos al público de nueve a dos."),
    ("", "El museo abre sus puertas a las 9:30 y las cierra a las 18:00."),
    ("", "Día de descanso: miércoles."),
    ("", "Abierto de lunes a sábado, de 9 a 20 horas ininterrumpidamente."),
    ("", "En verano la piscina cierra a las nueve menos cuarto."),
    ("", "Estamos abiertos de ９:００ a １８:００."),
    ("", "Abrimos al mediodía y cerramos a medianoche."),
    ("", "Con gusto. Tenga en cuenta que cerramos a las 19:30. ¿Algo más?"),
    ("", "La secretaría abre por la mañana de 8 a 12."),
    ("", "El restaurante sirve comidas de una a cuatro."),
    ("", "Cerramos a un cuarto para las nueve."),
    ("", "Abrimos a las 7 a. m. y cerramos a las 10 p. m."),
    ("", "Los feriados no atendemos."),
    ("¿A qué hora abren?", "A las nueve y media de la mañana."),
    ("¿A qué hora abren?", "Desde las 8."),
    ("¿A qué hora abren?", "A las diez, de martes a domingo."),
    ("¿A qué hora cierran?", "Veinte treinta."),
    ("¿A qué hora cierran?", "Las doce y media."),
    ("¿A qué hora cierran?", "A medianoche."),
    ("¿A qué hora cierran?", "Cinco para las diez."),
    ("¿A qué hora cierran?", "Bien entrada la noche."),
    ("¿Cuál es su horario?", "De lunes a viernes, 9-18 h."),
    ("¿Cuál es su horario?", "De 9 a 18."),
    ("¿Cuál es su horario?", "Los jueves 9:30 - 11:00"),
    ("¿Cuál es su horario?", "¡Hola! Es de ocho a veinte horas, salvo los domingos."),
    ("¿Abren los domingos?", "No, lo siento, ese día está cerrado."),
    ("¿Abren los domingos?", "Sí, todo el día."),
    ("¿Abren los domingos?", "Sí, claro, estamos abiertos."),
    ("¿Hasta qué hora está abierta la tienda?", "Hasta las 3 y cuarto de la tarde."),
    ("¿Hasta qué hora está abierta la tienda?", "Hasta tarde."),
    ("¿Cuándo está abierto?", "Todos los días menos el martes."),
    ("¿Qué día cierran?", "Los lunes."),
    ("¿Horario?", "8:00-20:00"),
    ("¿Está el soporte disponible por la noche?", "Sí, nuestro soporte está disponible las 24 horas."),
    ("¿Hay alguien en recepción el sábado?", "Sí, de 10 a 16 h."),
    ("¿Hasta qué hora puedo pedir comida?", "Hasta las 22 horas."),
    ("", "9:00-14:00 / 17:00-20:00, domingos cerrado"),
    ("", "Lu-Vi 8:00-18:00, Sa 9:00-12:00"),
    ("", "🕘 9:00 – 19:00 (lun–sáb)"),
    ("", "Este es nuestro horario:\n\n* entre semana: 7:30 a 19:00\n* fines de semana: 9:00 a 17:00"),
    ("", "Apertura: 10:00\nCierre: 22:00"),
    ("", "HORARIO: 9H-18H"),
    ("", "Nuestras puertas se abren a las diez y se cierran a las seis."),
    ("", "Nos encontrará en la tienda de nueve a doce."),
    ("", "La oficina cierra de dos a cuatro para comer."),
    ("", "Bajamos la persiana a las 19:00."),
    ("", "Tiene que venir antes de las 18:00, hora de cierre."),
    ("", "Cerramos a las siete de la tarde, pero los viernes seguimos abiertos hasta las nueve."),
    ("", "Si viene el lunes, recuerde que los lunes estamos cerrados."),
    ("", "Si lo necesita, estamos abiertos hasta las 20:00."),
    ("", "Su pedido está listo. La tienda está abierta hasta las 19:30."),
    ("", "Los domingos abrimos hasta la una."),
    ("", "Los miércoles no abrimos hasta las 14 h."),
    ("", "Le atendemos sin cita previa de 8 a 12."),
    ("", "Nuestro equipo está a su disposición de lunes a sábado de 9 a 19 h."),
    ("", "Horario de visitas: 13:00-20:00."),
    ("", "El parking está abierto las 24 horas."),
    ("", "Abierto los 7 días de la semana."),
    ("", "Abrimos los festivos."),
    ("", "El 1 de mayo estamos cerrados."),
    ("", "Cerrado por vacaciones del 1 al 15 de agosto."),
    ("", "Cierre a las 17:30 en punto."),
    ("", "Nuestros asesores contestan el teléfono de 8:30 a 18:30."),
    ("", "Abrimos solo por las mañanas."),
    ("", "estamos abiertos de 8 30 a 19"),
    ("", "La cafetería abre a las siete y media."),
    ("", "La biblioteca abre al público los martes y jueves de 16 a 20 h."),
    ("", "Trabajamos de lunes a viernes, de 9 a 18 h."),
    ("", "La atención es de 9 a 18 h."),
    ("¿A qué hora abren?", "A partir de las nueve de la mañana, de lunes a sábado."),
    ("¿A qué hora abren?", "Hola, ¡a las 9!"),
    ("¿A qué hora abren?", "Creo que a las 9."),
    ("¿A qué hora abren?", "Mañana será a las 10."),
    ("¿A qué hora abren?", "A media mañana."),
    ("¿A qué hora abren?", "las doce y cuarto"),
    ("¿A qué hora abren?", "tres y quince pm"),
    ("¿A qué hora abren?", "cinco para las doce"),
    ("¿Cuál es su horario de apertura?", "antes de las 11 am"),
    ("¿Cuál es su horario de apertura?", "después de las 2pm"),
    ("¿Cuál es su horario de apertura?", "entre las 5 y las 6 de la tarde"),
    ("¿Cuál es su horario de apertura?", "Nuestro horario: desde las 5 hasta las 6 p.m."),
    ("¿Cuál es su horario de apertura?", "Estamos abiertos a última hora de la tarde."),
    ("¿Cuál es su horario de apertura?", "La tienda abre por la mañana."),
    ("¿Abren en Navidad?", "No, en Navidad cerramos."),
    ("¿Abren temprano?", "Sí, desde las 6:30."),
    ("¿Hasta qué hora están?", "Hasta las 19."),
    ("¿Podemos pasar esta noche?", "Sí, abrimos hasta las 21:00."),
    ("¿Cómo es el horario de fin de semana?", "Sábados de 10 a 14, domingos cerrado."),
    ("", "La clínica atiende pacientes de 8 a 12."),
    ("", "El zoo recibe visitantes a partir de las 9."),
    ("", "El supermercado está abierto hasta las veintiuna horas."),
    ("", "Abierto: lun, mar, jue 9-17 h; mié, vie 9-20 h"),
    ("", "Recepción: 7:00-23:00"),
    ("", "**Horario** — todos los días de 6 a 22 h"),
    ("", "Nuestra oficina de Madrid abre de 9:30 a 17:00, de martes a viernes."),
    ("", "¡Gracias por escribirnos! La atención telefónica es de 9 a 12:30."),
    ("", "La tienda no abre antes de las 10."),
    ("", "Estamos cerrados los lunes y martes."),
    ("", "El colmado no cierra hasta las 23 horas."),
    ("", "Los miércoles y sábados cerramos a mediodía."),
    ("", "Se abre a las 9 y se cierra a las 18."),
    ("¿Qué días abren?", "De martes a domingo."),
    ("¿A qué hora cierran?", "Alrededor de las 19."),
    ("¿A qué hora cierran?", "19:00"),
    ("¿A qué hora cierran?", "Siete de la tarde."),
    ("¿A qué hora cierran?", "Hoy, a las 18 h."),
    ("¿A qué hora cierran?", "Por lo general a las 19:30."),
    ("¿Cuál es su horario?", "Lun. 9-18\nMar. 9-18\nMié. cerrado"),
    ("¿A qué horas están abiertos?", "De nueve de la mañana a siete de la tarde."),
]


@pytest.mark.parametrize(("asked", "reply"), SAYS_HOURS)
def test_hours_are_found_in_every_shape_asked_or_not(asked: str, reply: str) -> None:
    assert stated(reply, *filter(None, [asked]))


SAYS_NO_HOURS = [
    ("", "Su tren a Sevilla sale a las 9:04."),
    ("", "Su vuelo despega a las 6:50; preséntese a las 5."),
    ("", "He reservado una mesa para cuatro a las 20:00."),
    ("", "Su cita está confirmada para el martes a las 14:30."),
    ("", "La película dura dos horas y media y empieza a las 21:00."),
    ("", "Funciones: 14:00, 16:30 y 20:00."),
    ("", "Deje reposar la masa una hora y hornee 35 minutos."),
    ("", "Su paquete llegará entre las 8 y las 13 h."),
    ("", "La reunión es de 10 a 11:30 en la sala B."),
    ("", "Alarma puesta a las 7."),
    ("", "No tengo nuestro horario a mano."),
    ("", "No puedo decirle a qué hora abrimos."),
    ("", "No sé si la tienda está abierta los domingos."),
    ("", "Le responderemos en 24 horas."),
    ("", "He abierto 9 incidencias esta mañana."),
    ("", "El caso se cerró el martes."),
    ("", "Puede cancelar hasta 24 horas antes."),
    ("", "El partido del sábado es a las 15:00."),
    ("", "Son las nueve y cuarto."),
    ("", "El desayuno se sirve de 7 a 10."),
    ("", "La versión 9.30 corrige el problema."),
    ("", "El taller es los miércoles de 14 a 16 h."),
    ("", "¿Qué hora prefiere, las 9 o las 14?"),
    ("", "Las inscripciones están abiertas hasta el viernes a las 17:00."),
    ("", "Tome la pastilla a las 8 y a las 20."),
    ("", "El autobús pasa de 6 a 23 cada 15 minutos."),
    ("", "Estaré fuera el lunes de 9 a 12."),
    ("", "Llámame mañana a las 10."),
    ("", "Mi hermana trabaja de lunes a viernes."),
    ("", "¿Quiere que le reserve una mesa a las 20:00?"),
    ("", "La ventana está abierta desde esta mañana."),
    ("¿A qué hora sale el tren?", "A las 9:30."),
    ("¿A qué hora es mi cita?", "A las diez."),
    ("¿A qué hora es el concierto?", "A las 20:30, puertas a las 19."),
    ("¿A qué hora abren?", "No tengo esa información, lo siento."),
    ("¿A qué hora abren?", "No conozco el horario, pero su mesa está reservada a las 19:00."),
    ("¿A qué hora abren?", "¿Qué día quiere venir?"),
    ("¿Abren los domingos?", "No lo sé, consulte nuestra web."),
    ("¿Cuánto dura el viaje?", "Unas 2 horas."),
    ("¿Cuándo es la próxima función?", "El sábado a las 21:00."),
    ("", "Cocción: de 8 a 10 minutos."),
    ("", "El primer metro es a las 5:30 y el último a la 1:15."),
    ("", "La entrevista es el lunes 12 a las 9."),
    ("", "Los lunes teletrabajo."),
    ("", "Su reserva: sábado 20:00, 2 personas."),
    ("", "Su cuenta está abierta desde el 3 de marzo."),
    ("", "La cuenta se cerró el lunes a petición suya."),
    ("", "La conferencia se abre a las 9 con un discurso."),
    ("", "El concierto abre la temporada el sábado a las 20."),
    ("", "La clase de yoga es los martes de 18 a 19 h."),
    ("", "La entrada es a partir de las 15:00 y la salida antes de las 11:00."),
    ("", "El check-in es posible desde las 14:00."),
    ("", "La cena se sirve a las 19:30."),
    ("", "Sus entradas para la función de las 21:00 están confirmadas."),
    ("", "El marcador fue de 9 a 5."),
    ("", "Tenemos 24 horas para responder."),
    ("", "La garantía vale por 24 horas."),
    ("", "Abra el archivo 9 y lea la página 10."),
    ("", "El rodaje dura de lunes a viernes."),
    ("", "No estoy seguro de que abramos los domingos."),
    ("", "Nuestro horario está en la web."),
    ("", "Voy a comprobar si abrimos los domingos."),
    ("", "¿Prefiere entre las 9 y las 10?"),
    ("", "El técnico pasará el martes entre las 8 y las 12."),
    ("", "El sol sale a las 6:42."),
    ("", "Dormí de 23:00 a 7:00."),
    ("", "El ticket está abierto desde las 9."),
    ("", "La incidencia se abrió el lunes a las 9."),
    ("¿A qué hora es la cena?", "Sobre las 20:00."),
    ("¿A qué hora quedamos para comer?", "A mediodía."),
    ("¿A qué hora sale mi tren?", "A media mañana."),
    ("Escribe una frase para una agenda.", "Estaré fuera todo el día."),
    ("Escribe una frase para una agenda.", "Quedamos a última hora de la tarde."),
    ("Escribe una frase para un colega.", "Estoy libre los martes de 9 a 11."),
    ("¿A qué hora abren?", "El horario varía, mire la web."),
    ("¿A qué hora abren?", "No lo sé, pero el tren de las 9:15 le deja allí."),
    ("¿A qué hora abren?", "Su cita es a las 10."),
    ("", "La clínica llamó a las 9."),
    ("", "El zoo tiene 9 tigres y 5 leones."),
    ("", "El doctor le atenderá el martes a las 10."),
    ("", "El autobús 9 pasa por la tienda a las 8:10."),
    ("", "Las rebajas empiezan el miércoles a las 8."),
    ("", "Las puertas del concierto abren a las 19:00."),
    ("", "Mi compañera está disponible el martes a las 10 para llamarle."),
    ("", "La votación está abierta hasta medianoche."),
    ("", "La bolsa cierra a las 17:30."),
    ("", "Ha llegado tarde a las 9."),
    ("¿Puedo ir?", "Sí, venga el martes a las 10."),
    ("", "Siempre cierro la puerta por la noche."),
]


@pytest.mark.parametrize(("asked", "reply"), SAYS_NO_HOURS)
def test_what_looks_like_hours_is_none(asked: str, reply: str) -> None:
    assert stated(reply, *filter(None, [asked])) == []


# (what is known, what the reply says)
SAID_AS_KNOWN = [
    (
        "Horario: de lunes a viernes de 8:30 a 18:00, sábados de 9:00 a 13:00.",
        "Abrimos de lunes a viernes de 8:30 a 18:00.",
    ),
    (
        "Horario: de lunes a viernes de 8:30 a 18:00, sábados de 9:00 a 13:00.",
        "Los sábados cerramos a la una de la tarde.",
    ),
    (
        "Horario: de lunes a viernes de 8:30 a 18:00, sábados de 9:00 a 13:00.",
        "Entre semana abrimos de ocho y media a seis de la tarde.",
    ),
    ("Mo-Fr 08:30-18:00; Sa 09:00-13:00", "Los sábados abrimos a las nueve."),
    ('{"opening_hours": {"monday": "09:00-17:00", "sunday": "closed"}}', "Los lunes abrimos de 9 a 17 h."),
    ('{"opening_hours": {"monday": "09:00-17:00", "sunday": "closed"}}', "Los domingos estamos cerrados."),
    ("Abierto todos los días de 10:00 a medianoche.", "Cerramos a medianoche todos los días."),
    ("La tienda abre a las 9 y cierra a las 19:30.", "Estamos abiertos de nueve a siete y media."),
    ("La recepción está abierta las 24 horas.", "La recepción está abierta día y noche."),
    ("El bar abre de 12:00 a 23:45.", "El bar cierra a las doce menos cuarto de la noche."),
    (
        "Restaurante abierto de 13:00 a 16:00 y de 20:00 a 23:30, cerrado los lunes.",
        "Por la noche abrimos a las 20:00.",
    ),
    ("Restaurante abierto de 13:00 a 16:00 y de 20:00 a 23:30, cerrado los lunes.", "Los lunes cerramos."),
    ("Lunes: 9:00-18:00\nMartes: 9:00-18:00\nMiércoles: cerrado", "Los miércoles estamos cerrados."),
    ("Lunes: 9:00-18:00\nMartes: 9:00-18:00\nMiércoles: cerrado", "Los martes abrimos de nueve a seis."),
    ("Opening hours: 9am-5:30pm Mon-Sat", "Abrimos de lunes a sábado de 9 a 17:30."),
    (
        "Abierto los 7 días de 8 a 20 h.",
        "Estamos abiertos todos los días de ocho de la mañana a ocho de la tarde.",
    ),
    ("El bar cierra a las 0:30.", "El bar cierra a las doce y media de la noche."),
    (
        "| Día | Horario |\n|---|---|\n| Lunes | 10:00-19:00 |\n| Sábado | 10:00-20:00 |",
        "Los sábados cerramos a las 20:00.",
    ),
    ('{"horario": {"lunes": "09:00-17:00", "domingo": "cerrado"}}', "Los domingos estamos cerrados."),
    (
        '{"name": "Café", "opens": "08:00", "closes": "17:30"}',
        "El café abre a las ocho y cierra a las cinco y media de la tarde.",
    ),
    (
        "Abierto lun-vie 9-18 h, sáb 10-17 h, dom cerrado.",
        "Los sábados abrimos de diez a cinco de la tarde y los domingos cerramos.",
    ),
    ("Soporte: 8:00-20:00, 7 días a la semana.", "El soporte está disponible de 8 a 20 h todos los días."),
]


@pytest.mark.parametrize(("known", "said"), SAID_AS_KNOWN)
def test_hours_that_the_request_states_are_entailed_in_any_form(known: str, said: str) -> None:
    assert entailed(known, said)


SAID_OTHERWISE = [
    (
        "Horario: de lunes a viernes de 8:30 a 18:00, sábados de 9:00 a 13:00.",
        "Los sábados abrimos hasta las 18:00.",
    ),
    (
        "Horario: de lunes a viernes de 8:30 a 18:00, sábados de 9:00 a 13:00.",
        "Entre semana abrimos a las 9.",
    ),
    ("Abierto todos los días de 10:00 a medianoche.", "Cerramos a las 22:00."),
    ("Cerrado los lunes.", "Los lunes estamos abiertos."),
    ("El Museo del Prado abre a las 9.", "El Museo Thyssen abre a las 9."),
    ("El último autobús sale a las 19:00.", "Cerramos a las 19:00."),
    ("Abierto de 9 a 19.", "Estamos abiertos las 24 horas."),
    ("Restaurante abierto de 13:00 a 16:00 y de 20:00 a 23:30, cerrado los lunes.", "Cerramos a las 23:00."),
    ("Lunes: 9:00-18:00\nMartes: 9:00-18:00\nMiércoles: cerrado", "Los miércoles abrimos de 9 a 18 h."),
    ("Opening hours: 9am-5:30pm Mon-Sat", "Los domingos abrimos de 9 a 17:30."),
    ("Abierto los 7 días de 8 a 20 h.", "Abrimos a las 20 h."),
    ("La panadería Martín abre a las 7.", "La panadería Ortega abre a las 7."),
    ("Abierto de lunes a viernes de 9 a 17 h.", "Abrimos de lunes a sábado de 9 a 17 h."),
    ("La visita guiada sale a las 10:00.", "El museo abre a las 10:00."),
    ("Abierto lun-vie 9-18 h, sáb 10-17 h, dom cerrado.", "Los domingos abrimos."),
    ("Soporte: 8:00-20:00, 7 días a la semana.", "El soporte está disponible de 8 a 22 h."),
]


@pytest.mark.parametrize(("known", "said"), SAID_OTHERWISE)
def test_other_hours_than_those_known_are_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)


TIMES = [
    "a las tres de la mañana",
    "las 3 y cuarto",
    "tres y cuarto",
    "las tres y quince pm",
    "cinco para las doce",
    "3 menos cuarto",
    "mediodía",
    "medianoche",
    "las doce",
    "12 pm",
    "a las diez y media de la noche",
    "18:30h",
    "9:30 - 11:00",
    "desde las 9:30 hasta las 11:00",
    "entre las 9:30 y las 11:00",
    "de 1 a 5 de la mañana",
    "hasta las 2:00pm",
    "después de las 2pm",
    "antes de las 11 am",
    "de 5 a 6pm",
    "de las 5 hasta las 6",
    "a partir de las 8",
    "las veinte horas",
    "ocho menos veinte",
    "a la una y media",
    "una y media de la tarde",
    "sobre las 3",
    "a eso de las 9",
    "de dos a cinco y media",
    "16:00-17:00",
    "9 a 18 hs",
    "8am",
    "8 de la mañana",
    "entre 5 y 6 de la tarde",
    "desde la una hasta las cuatro",
]
CARRIERS = ["Estamos abiertos {}.", "Nuestro horario: {}.", "La tienda abre {}."]
OTHER_QUESTIONS = [
    "¿A qué hora sale mi tren?",
    "¿A qué hora es mi cita con el dentista?",
    "¿A qué hora quedamos para comer?",
]
OTHER_CARRIERS = ["Su cita es {}.", "La reunión es {}.", "El examen: {}.", "Estaré afuera {}."]


@pytest.mark.parametrize("time", TIMES)
def test_a_time_is_of_hours_by_what_stands_around_it(time: str) -> None:
    assert all(stated(reply, "¿A qué hora abren?") for reply in (time, *(c.format(time) for c in CARRIERS)))
    assert not any(
        stated(reply, question)
        for question in OTHER_QUESTIONS
        for reply in (time, *(c.format(time) for c in OTHER_CARRIERS))
    )
