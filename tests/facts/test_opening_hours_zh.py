"""Opening hours in Chinese: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("我们早上九点开门。", ["早上九点"]),
    ("本店营业时间为上午十点至晚上九点半。", ["上午十点至晚上九点半"]),
    ("营业时间：周一至周五 9:00-18:00，周六 10:00-16:00", ["9:00-18:00", "10:00-16:00"]),
    ("我们周日休息。", ["周日休息"]),
    ("書店星期一閉館。", ["星期一閉館"]),
    ("书店每天营业。", ["每天营业"]),
    ("前台24小时有人值班。", ["24小时"]),
    ("客服热线24小时在线。", ["24小时"]),
    ("本店24小时营业。", ["24小时营业"]),
    ("咖啡厅营业到晚上11点。", ["晚上11点"]),
    ("超市早上7点半开门，晚上10点关门。", ["早上7点半", "晚上10点"]),
    ("最晚点餐时间是21:30。", ["21:30"]),
    ("工作日9点到17点都可以拨打客服热线。", ["9点到17点"]),
    ("健身房从６：００到２３：００开放。", ["６：００到２３：００"]),
    ("节假日不营业。", ["节假日不营业"]),
    ("泳池下午2点开放，4点一刻关闭。", ["下午2点", "4点一刻"]),
    ("您的座位订在19点，餐厅营业到凌晨2点。", ["凌晨2点"]),
    ("全年无休，天天营业。", ["全年无休，天天营业"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "您的火车9点15分从北京南站出发。",
    "公交车每20分钟一班。",
    "已为您预订晚上七点的座位。",
    "您的牙医预约在周一上午十点。",
    "闹钟已设为早上六点半。",
    "会议9点开始，10点结束。",
    "180度烤25分钟。",
    "电影晚上八点放映。",
    "考试时间是9点到11点。",
    "您想几点过来？",
    "营业时间我不清楚，请您致电咨询。",
    "我不确定周日是否休息。",
    "我们会在24小时内回复您。",
    "我每天9点到17点上班。",
    "快递周五8点到12点之间送达。",
    "从地铁站步行需要3分钟。",
    "门票每小时50元。",
    "游玩时间是2小时到3小时。",
    "评分是4.5分。",
    "这里有三点建议。",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize(
    "reply", ["九点。", "9:30", "上午10点到下午6点。", "周六早上九点半。", "到晚上八点。"]
)
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "你们几点开门？")
    assert not stated(reply, "火车几点出发？")


@pytest.mark.parametrize("question", ["营业时间是什么时候？", "周日开门吗？", "你们几点关门"])
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("火车几点出发？")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "我们周一至周五上午九点到下午五点营业。"),
        ("营业时间：10:00-21:30", "本店上午十点开门，晚上九点半关门。"),
        ("周一闭馆。", "我们星期一休息。"),
        ("营业时间：周一至周五 9:00-18:00，周六 10:00-16:00", "周六下午四点关门。"),
        ("Open 24/7.", "本店24小时营业。"),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "我们周一至周五上午九点到下午六点营业。"),
        ("Mon-Fri 9-17", "周六上午九点开门。"),
        ("营业时间：上午10点开始", "我们晚上十点开门。"),
        ("周一闭馆。", "我们星期二休息。"),
        ("首班车9点，末班车18点。", "我们9点到18点营业。"),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)
