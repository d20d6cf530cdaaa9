"""Every phrase that reports print, in Chinese and English, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Phrase(NamedTuple):
    zh: str
    en: str


class Noun(NamedTuple):
    """A counted thing: Chinese with its measure word, English singular and plural."""

    measure: str
    zh: str
    one: str
    many: str


PHRASES: Mapping[str, Phrase] = {
    # outcomes, as headings of columns and as words
    "pass": Phrase("达标", "pass"),
    "warn": Phrase("预警", "warn"),
    "fail": Phrase("不达标", "fail"),
    "info": Phrase("仅统计", "info"),
    "no_data": Phrase("无数据", "no data"),
    "small_sample": Phrase("样本不足", "small sample"),
    "not_evaluated": Phrase("无法评估", "not evaluated"),
    "manual": Phrase("待人工", "manual"),
    "waived": Phrase("豁免", "waived"),
    "unjudged": Phrase("未判定", "unjudged"),
    # headline
    "headline_fail": Phrase("不达标", "FAIL"),
    "headline_warn": Phrase("预警", "WARN"),
    "headline_pass": Phrase("达标", "PASS"),
    "headline_none": Phrase("未判定", "NOT JUDGED"),
    "failed_rules": Phrase("{total}中 {failed} 条不达标", "{failed} of {total} not met"),
    "all_met": Phrase(
        "已判定的{total}全部达标", "every rule that could be judged is met ({total})"
    ),
    "only_warnings": Phrase(
        "未达标的 {failed} 条均为提醒级", "{failed} not met, of severity warning only"
    ),
    "short_of_aim": Phrase(
        "要求均已达到；{rules}未达目标", "every requirement is met; {rules} short of the aim"
    ),
    "nothing_judged": Phrase("没有任何规则得到判定", "no rule could be judged"),
    "and_waived": Phrase("；其中 {rules}有豁免", "; {rules} with waivers"),
    "and_unjudged": Phrase("；另有 {rules}未能完全判定", "; {rules} not fully judged"),
    "data": Phrase("数据", "data"),
    "dates": Phrase("{first} 至 {last}", "{first} to {last}"),
    "rules": Phrase("规则", "rules"),
    "as_of": Phrase("截至 {at}，{zone}", "as of {at}, {zone}"),
    "verdicts": Phrase("判定", "verdicts"),
    "problems": Phrase("提示", "notices"),
    # sections
    "by_shop": Phrase("各店铺结果（按判定次数）", "BY SHOP (number of verdicts)"),
    "not_met": Phrase("不达标的规则（最严重的在前）", "RULES NOT MET (worst first)"),
    "worst_cases": Phrase("最严重的个案", "WORST CASES"),
    "warned": Phrase("预警", "WARNINGS (met, but short of the aim)"),
    "waived_section": Phrase("已豁免", "WAIVED"),
    "unevaluated": Phrase("未能判定", "NOT JUDGED"),
    "measured": Phrase("仅统计的指标", "MEASURED (nothing required)"),
    "met": Phrase("达标的规则（各取最接近要求的一次）", "RULES MET (the closest call of each)"),
    "rankings": Phrase("细分排名", "BREAKDOWN"),
    "next": Phrase("下一步：查看某一会话的时间线", "NEXT: see one session as a timeline"),
    "next_settings": Phrase("下一步：查看规则说明", "NEXT: see what a rule says"),
    # beside an earlier result
    "baseline": Phrase("对比上次", "baseline"),
    "baseline_new": Phrase("新增不达标 {n}", "{n} new failing"),
    "baseline_still": Phrase("仍不达标 {n}", "{n} still failing"),
    "baseline_repaired": Phrase("已改善 {n}", "{n} repaired"),
    "baseline_gone": Phrase(
        "上次不达标而本次未涉及 {n}", "{n} failed then and are not in this audit"
    ),
    "mark_new": Phrase("新增", "new"),
    "mark_still": Phrase("仍不达标", "still failing"),
    "mark_repaired": Phrase("已改善", "repaired"),
    "beside_baseline": Phrase("【{name}】", " [{name}]"),
    "repaired_section": Phrase(
        "已改善（上次不达标，本次达标）", "REPAIRED (failed in the baseline)"
    ),
    # inside a rule's block
    "severity_warning": Phrase("（提醒级）", " (severity warning)"),
    "required": Phrase("要求 {requirement}", "required {requirement}"),
    "aimed": Phrase("目标 {requirement}", "aim {requirement}"),
    "house_aim": Phrase(
        "目标 {requirement}（自定，无平台出处）", "aim {requirement} (the house's own)"
    ),
    "source": Phrase("出处：", "source: "),
    "retrieved": Phrase("，取得于 {on}", ", retrieved {on}"),
    "revision": Phrase("，{since} 起的版本", ", as revised from {since}"),
    "advice": Phrase("建议：", "what to do: "),
    "fails_on": Phrase(
        "{n}/{total} {unit}不达标，最差 {period}：{value}",
        "fails on {n} of {total} {unit}, worst {period}: {value}",
    ),
    "warns_on": Phrase(
        "{n}/{total} {unit}预警，最差 {period}：{value}",
        "warns on {n} of {total} {unit}, worst {period}: {value}",
    ),
    "waived_on": Phrase("{n}/{total} {unit}已豁免", "waived on {n} of {total} {unit}"),
    "against": Phrase("{value}（{requirement}）", "{value} ({requirement})"),
    "more": Phrase("……另有 {things}", "… and {n} more {unit}"),
    "no_value": Phrase("无值", "no value"),
    "reported_basis": Phrase("平台公布值 {value}", "{value} by the platform's own figures"),
    "reported_too": Phrase(
        "；平台公布值为 {value}，相差 {gap}", "; the platform's own figure is {value}, {gap} apart"
    ),
    "reported_section": Phrase("平台公布的数值", "THE PLATFORM'S OWN FIGURES"),
    "computed": Phrase("计算值", "computed"),
    "reported_value": Phrase("平台公布值", "platform's own"),
    "apart": Phrase("相差", "apart"),
    "more_rows": Phrase("平台多计 {rows}", "the platform counts {rows} more than the data"),
    "fewer_rows": Phrase("平台少计 {rows}", "the platform counts {rows} fewer than the data"),
    "more_bad": Phrase("平台多判 {rows}为不合格", "it judges {rows} more as bad"),
    "fewer_bad": Phrase("平台少判 {rows}为不合格", "it judges {rows} fewer as bad"),
    "differs": Phrase("平台的算法或数据与此不同", "the platform counts otherwise"),
    "candidates": Phrase(
        "可能被不同计算的会话（差一秒、在统计时段边缘一分钟内或尚未到时）：{things}",
        "may be counted otherwise (a second from the limit, a minute from the edge of a window, or "
        "still open): {things}",
    ),
    "no_candidates": Phrase(
        "没有会话差一秒、在统计时段边缘或尚未到时；可能是数据不全或口径不同",
        "no session here is near the limit, near the edge of a window or still open: the data may "
        "not be the same, or the definition",
    ),
    "points": Phrase("{n} 个百分点", "{n} points"),
    "pending": Phrase("；另有 {rows}尚未到时，暂不计入", "; {rows} still open, not counted"),
    "answered": Phrase("回答“{answer}”", "answered {answer}"),
    "answered_by": Phrase("，{by}", ", by {by}"),
    "answered_on": Phrase("，{on}", ", on {on}"),
    "answer_yes": Phrase("是", "yes"),
    "answer_no": Phrase("否", "no"),
    "answer_age": Phrase("（{days}前）", " ({days} ago)"),
    "answer_today": Phrase("（当天）", " (the same day)"),
    "answer_until": Phrase("，有效期至 {until}", ", valid until {until}"),
    "answer_evidence": Phrase("；凭证：{evidence}", "; evidence: {evidence}"),
    "waived_until": Phrase("豁免至 {until}", "waived until {until}"),
    "waived_for_good": Phrase("已豁免", "waived"),
    "approved_by": Phrase("，批准人 {by}", ", approved by {by}"),
    "breakdown": Phrase("按{kinds}细分，最差的在前：", "by {kinds}, worst first:"),
    # gaps
    "bad_of": Phrase("{all}中 {bad}{word}", "{bad} of {all} {word}"),
    "late": Phrase("超时", "late"),
    "late_or_unanswered": Phrase("超时或未回复", "late or unanswered"),
    "short": Phrase("未达要求", "not as required"),
    "fewer": Phrase("；再少 {n}即达标", "; {n} fewer would have passed"),
    "none_may": Phrase("；一{measure}都不允许", "; none may be"),
    "recover": Phrase("（或再有 {n}合格）", " (or {n} more good ones)"),
    "can_spare": Phrase("；还可容许 {n}不合格", "; {n} more could be bad"),
    "can_spare_none": Phrase("；再有不合格即不达标", "; one more bad one would fail it"),
    "good_of": Phrase("{all}中 {good}合格", "{good} of {all} as required"),
    "quotient": Phrase("{n} / {d}", "{n} / {d}"),
    "mean_over": Phrase("共 {d} 个数的均值", "a mean over {d}"),
    "to_spare": Phrase("余量 {gap}", "{gap} to spare"),
    "too_many": Phrase("超出 {gap}", "{gap} too many"),
    "too_few": Phrase("还差 {gap}", "{gap} too few"),
    "too_much": Phrase("超出 {gap}", "{gap} over the limit"),
    "too_little": Phrase("还差 {gap}", "{gap} short of it"),
    "too_late": Phrase("晚 {gap}", "{gap} too late"),
    "too_early": Phrase("早 {gap}", "{gap} too early"),
    # headings of tables
    "shop": Phrase("店铺", "shop"),
    "platform": Phrase("平台", "platform"),
    "session": Phrase("会话", "session"),
    "turn": Phrase("轮次", "turn"),
    "agent": Phrase("客服", "agent"),
    "channel": Phrase("渠道", "channel"),
    "buyer": Phrase("买家", "buyer"),
    "hour_of_day": Phrase("时段", "hour"),
    "weekday": Phrase("星期", "weekday"),
    "period": Phrase("时间", "period"),
    "local_time": Phrase("当地时间", "local time"),
    "wait": Phrase("等待", "wait"),
    "no_reply": Phrase("未回复", "no reply"),
    "rule": Phrase("规则", "rule"),
    "scope_heading": Phrase("范围", "scope"),
    "value": Phrase("数值", "value"),
    "requirement": Phrase("要求", "required"),
    "counted": Phrase("计数", "counted"),
    # scopes and periods
    "scope": Phrase("{kind} {name}", "{kind} {name}"),
    "missing": Phrase("（空）", "(none)"),
    "whole_platform": Phrase("全平台", "whole platform"),
    "one_shop": Phrase("全店", "the shop"),
    "all_time": Phrase("全部时间", "whole time"),
    "week_of": Phrase("{start} 当周", "week of {start}"),
    "rolling": Phrase("截至 {through} 的 {days}", "{days} to {through}"),
    "mon": Phrase("周一", "Mon"),
    "tue": Phrase("周二", "Tue"),
    "wed": Phrase("周三", "Wed"),
    "thu": Phrase("周四", "Thu"),
    "fri": Phrase("周五", "Fri"),
    "sat": Phrase("周六", "Sat"),
    "sun": Phrase("周日", "Sun"),
    # reasons
    "no_reason": Phrase("原因未说明", "no reason given"),
    "reason_no_data": Phrase("没有可计入的数据", "no row to count"),
    "reason_small_sample": Phrase(
        "少于规则要求的最小样本", "fewer rows than the rule's min_sample"
    ),
    "reason_manual": Phrase("等待人工填报（--attest）", "waits for an attestation (--attest FILE)"),
    "reason_expired": Phrase(
        "{on}（{days}前）由 {by} 回答“{answer}”，有效期至 {valid_until}，已过期",
        "answered {answer}, by {by}, on {on} ({days} ago): expired, valid until {valid_until}",
    ),
    "reason_early": Phrase(
        "{on} 由 {by} 回答“{answer}”，晚于审计时点，不予采用",
        "answered {answer}, by {by}, on {on}: later than this audit, not used",
    ),
    "reason_table": Phrase("数据中没有 {table} 表", "the data have no table {table}"),
    "reason_column": Phrase("数据中没有 {column} 列", "the data have no column {column}"),
    # joints of a language
    "and": Phrase("、", ", "),
    "comma": Phrase("，", ", "),
    "semicolon": Phrase("；", "; "),
    "colon": Phrase("：", ": "),
    "stop": Phrase("。", "."),
}

NOUNS: Mapping[str, Noun] = {
    "messages": Noun("条", "消息", "message", "messages"),
    "sessions": Noun("通", "会话", "session", "sessions"),
    "turns": Noun("轮", "对话", "turn", "turns"),
    "assignments": Noun("次", "接待", "assignment", "assignments"),
    "ratings": Noun("个", "评价", "rating", "ratings"),
    "invites": Noun("次", "邀评", "invitation", "invitations"),
    "buyer_days": Noun("个", "买家日", "buyer-day", "buyer-days"),
    "presence": Noun("段", "在线记录", "status", "statuses"),
    "coverage": Noun("段", "排班时段", "stretch of staffing", "stretches of staffing"),
    "load": Noun("段", "接待负荷时段", "stretch of load", "stretches of load"),
    "agents": Noun("名", "客服", "agent", "agents"),
    "buyers": Noun("名", "买家", "buyer", "buyers"),
    "shops": Noun("家", "店铺", "shop", "shops"),
    "visits": Noun("条", "访客记录", "visitor count", "visitor counts"),
    "pauses": Noun("段", "暂停", "pause", "pauses"),
    "reported": Noun("个", "平台公布值", "reported figure", "reported figures"),
    "rows": Noun("条", "记录", "row", "rows"),
    "rules": Noun("条", "规则", "rule", "rules"),
    "verdicts": Noun("次", "判定", "verdict", "verdicts"),
    "groups": Noun("组", "", "group", "groups"),
    "cases": Noun("例", "", "case", "cases"),
    "problems": Noun("条", "提示", "notice", "notices"),
    # periods
    "hour": Noun("个", "小时", "hour", "hours"),
    "day": Noun("", "天", "day", "days"),
    "week": Noun("", "周", "week", "weeks"),
    "month": Noun("个", "月", "month", "months"),
    "rolling": Noun("个", "周期", "period", "periods"),
    "all": Noun("个", "周期", "period", "periods"),
}
