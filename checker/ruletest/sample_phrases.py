"""What people write in the sample conversations, by situation."""

from __future__ import annotations

import numpy as np

from checker.ruletest.sample_columns import Ints

GROUPS = {
    "open": ("在吗", "你好,请问这款还有货吗", "我的快递怎么还没到", "我想退货", "请问什么时候发货"),
    "ask": (
        "大概几天能到",
        "有没有别的颜色",
        "尺码偏大还是偏小",
        "能便宜一点吗",
        "发票怎么开",
        "运费谁出",
        "麻烦帮我查一下",
        "收到的有点破损",
        "嗯嗯",
        "那怎么办呢",
    ),
    "thanks": ("好的谢谢", "好的", "谢谢", "知道了,谢谢"),
    "human": ("转人工", "人工客服", "我要找人工"),
    "bot": (
        "请问您想咨询什么问题?",
        "物流信息可以在订单详情里查看哦",
        "回复“转人工”可以找到客服小姐姐",
    ),
    "automatic": ("亲,客服正在赶来,请稍等", "您好,欢迎光临,请问有什么可以帮您"),
    "system": ("客服已接入会话",),
    "waiting": ("当前咨询人数较多,请耐心等待",),
    "agent": (
        "在的亲",
        "您好,有货的哦",
        "亲,48小时内发出",
        "这边帮您查一下",
        "已经为您登记了",
        "可以七天无理由退货的",
        "运费由我们承担",
        "亲,颜色都在链接里",
        "麻烦发一下照片",
        "非常抱歉给您带来不便",
    ),
    "closing": ("感谢咨询,祝您生活愉快", "不客气,有问题随时联系我们", "亲,满意的话给个五星好评哦"),
    "outreach": ("亲,您的订单还没有付款哦", "您好,您收藏的宝贝降价了", "您好,想回访一下使用情况"),
    "image": ("[图片]",),
    "emoji": ("[表情]",),
    "card": ("[商品卡片]",),
    "order": ("[订单]",),
}
PHRASES = tuple(phrase for group in GROUPS.values() for phrase in group)
GROUP = {name: number for number, name in enumerate(GROUPS)}

_SIZES = np.array([len(group) for group in GROUPS.values()])
_STARTS = np.cumsum(_SIZES) - _SIZES


def pick(groups: Ints, rng: np.random.Generator) -> Ints:
    """One phrase of each group in `groups`, as its number in PHRASES."""
    draw = rng.random(len(groups), np.float32)
    chosen: Ints = _STARTS[groups] + (draw * _SIZES[groups]).astype(np.int64)
    return chosen
