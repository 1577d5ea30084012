"""Opening hours in Japanese: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("当店は朝9時に開店します。", ["朝9時"]),
    ("営業時間は10時から19時半までです。", ["10時から19時半"]),
    ("営業時間：平日１１：００～２１：３０", ["１１：００～２１：３０"]),
    ("月～金 9:00-18:00 営業", ["9:00-18:00"]),
    ("定休日は水曜日です。", ["定休日は水曜日"]),
    ("日曜日はお休みです。", ["日曜日はお休み"]),
    ("フロントは24時間対応しております。", ["24時間対応"]),
    ("カフェは午後八時まで開いています。", ["午後八時"]),
    ("図書館は20時に閉館します。", ["20時"]),
    ("ラストオーダーは21時です。", ["21時"]),
    ("お電話は午前9時から午後5時まで受け付けております。", ["午前9時から午後5時"]),
    ("土日祝は休業しております。", ["土日祝は休業し"]),
    ("年中無休で営業しています。", ["年中無休で営業して"]),
    ("当館は毎日午前十時に開館いたします。", ["午前十時"]),
    ("売店は7時～23時、レストランは11時半～15時の営業です。", ["7時～23時", "11時半～15時"]),
    ("ご予約は18時で承りました。なお、営業時間は22時までです。", ["22時"]),
    ("コンビニは二十四時間営業です。", ["二十四時間営業"]),
    ("土曜は10時オープンです。", ["10時"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "電車は9時15分に出発します。",
    "バスは20分おきに来ます。",
    "19時に2名様でご予約を承りました。",
    "歯医者の予約は月曜日の午前10時です。",
    "アラームを6時半に設定しました。",
    "会議は9時から10時までです。",
    "180度のオーブンで25分焼いてください。",
    "映画は午後8時に始まります。",
    "試験は9時から11時までです。",
    "何時にいらっしゃいますか？",
    "営業時間は分かりかねますので、お店に直接お問い合わせください。",
    "日曜日が休みかどうかは確認できません。",
    "24時間以内にご返信いたします。",
    "私は9時から17時まで仕事です。",
    "お荷物は金曜日の8時から12時の間にお届けします。",
    "駅から徒歩で3分です。",
    "料金は1時間500円です。",
    "月曜日に口座を開きました。",
    "チェックインは15時からです。",
    "評価は4.5点です。",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize(
    "reply", ["9時です。", "10時から19時です。", "朝の8時半です。", "10:30", "午後五時まで。"]
)
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "何時に開きますか？")
    assert not stated(reply, "電車は何時に出ますか？")


@pytest.mark.parametrize(
    "question", ["営業時間を教えてください。", "日曜日は開いていますか？", "何時までやってますか"]
)
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("電車は何時に出ますか？")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "平日は9時から17時まで営業しております。"),
        ("営業時間：10:00～18:30", "午前10時に開店し、午後6時半に閉店します。"),
        ("定休日：水曜日", "水曜日はお休みです。"),
        ("営業時間 月～金 9:00～18:00、土 10:00～15:00", "土曜日は15時に閉まります。"),
        ("Open 24/7.", "24時間営業です。"),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "平日は9時から18時まで営業しております。"),
        ("Mon-Fri 9-17", "土曜日は9時から営業しております。"),
        ("営業時間：午前10時から", "午後10時に開店します。"),
        ("定休日：水曜日", "木曜日はお休みです。"),
        ("バスは9時発、最終は18時です。", "9時から18時まで営業しております。"),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)
