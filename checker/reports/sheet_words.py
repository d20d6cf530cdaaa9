"""The names of sheets and columns, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from checker.reports.phrases import PHRASES, Phrase

_SAID: Mapping[str, Phrase] = {
    # sheets
    "summary": Phrase("汇总", "Summary"),
    "verdicts": Phrase("判定", "Verdicts"),
    "offenders": Phrase("违规明细", "Offenders"),
    "agents": Phrase("客服", "Agents"),
    "rules": Phrase("规则", "Rules"),
    "quality": Phrase("数据质量", "Data quality"),
    "own_figures": Phrase("平台公布值", "Platform's figures"),
    # columns of the checklist
    "group": Phrase("类别", "group"),
    "item": Phrase("检查项", "item"),
    "details": Phrase("要求与发现", "asked and found"),
    "cited": Phrase("出处", "source"),
    "by": Phrase("检查人", "checked by"),
    "on": Phrase("日期", "date"),
    # columns
    "outcome": Phrase("结果", "outcome"),
    "pack": Phrase("规则包", "pack"),
    "id": Phrase("规则编号", "rule id"),
    "severity": Phrase("级别", "severity"),
    "error": Phrase("错误", "error"),
    "warning": Phrase("提醒", "warning"),
    "period_kind": Phrase("周期", "period"),
    "first": Phrase("开始", "from"),
    "through": Phrase("结束", "through"),
    "aim": Phrase("目标", "aim"),
    "numerator": Phrase("分子", "numerator"),
    "denominator": Phrase("分母", "denominator"),
    "pending": Phrase("未到时", "pending"),
    "reported": Phrase("平台公布值", "platform's own figure"),
    "apart": Phrase("相差", "apart"),
    "why_apart": Phrase("差异", "what it counts otherwise"),
    "candidates": Phrase("可能原因（会话）", "sessions that may explain it"),
    "gap": Phrase("差距", "gap"),
    "reason": Phrase("未判定原因", "why not judged"),
    "cases": Phrase("个案数", "cases"),
    "added": Phrase("细分", "breakdown"),
    "yes": Phrase("是", "yes"),
    "revision": Phrase("版本", "revision"),
    "zone": Phrase("时区", "time zone"),
    "rank": Phrase("名次", "rank"),
    "listed": Phrase("列出的个案", "listed cases"),
    "unanswered": Phrase("其中未回复", "of these unanswered"),
    "longest": Phrase("最长等待", "longest wait"),
    "source": Phrase("出处", "source"),
    "advice": Phrase("建议", "what to do"),
    "what": Phrase("事项", "what"),
    "which": Phrase("对象", "which"),
    "detail": Phrase("说明", "detail"),
    "number": Phrase("次数", "number"),
    # rows of data quality
    "notice": Phrase("数据提示", "notice about data or rules"),
    "undated": Phrase("无时间的记录", "rows without a time"),
    "undated_text": Phrase("这些记录没有时间，无法归入任何周期", "they belong to no period"),
    "pending_text": Phrase(
        "截至时刻尚未到时，暂不计入", "still open at the as-of instant, not counted"
    ),
    "unlisted": Phrase("未列出的个案", "cases that are not listed"),
    "unlisted_text": Phrase(
        "违规明细每次判定只列出前若干条；用 --offenders N 可列出更多",
        "a verdict lists its first cases only; --offenders N lists more",
    ),
    "reported_basis": Phrase("采用平台公布值", "judged by the platform's own figure"),
    "rows_left": Phrase(
        "……另有 {n} 行：工作表放不下；csv 格式有全部数据",
        "… and {n} more rows: a sheet holds no more, the csv formats have them all",
    ),
}


def said(key: str, lang: str) -> str:
    """The word of a sheet, or else the phrase that all reports share."""
    phrase = _SAID.get(key) or PHRASES[key]
    return phrase.zh if lang == "zh" else phrase.en
