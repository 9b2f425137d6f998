"""A notice as a page in Chinese or English, for the city's website to show: all that it shows, nothing that is not public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from services.eligibility.rules.text import Text
from shared.money import yuan
from shared.policies import JURISDICTIONS

HTML = "text/html"
SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The Content-Security-Policy that the page is served with."""

_TEMPLATE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
    Path(__file__).with_name("page.html").read_text("utf-8")
)

_WORDS = {
    "title": Text("电子商务奖补公示", "Public notice of e-commerce subsidies"),
    "intro": Text(
        "根据丽政办发〔2020〕1号，拟作以下决定，现予公示。公示期内有异议的，请向商务部门提出。",
        "Under 丽政办发〔2020〕1号 the following decisions are intended. Objections are taken by the commerce department.",
    ),
    "opened_on": Text("公示开始", "Opened on"),
    "last_day": Text("公示截止", "Last day"),
    "working_days": Text("工作日", "Working days"),
    "closed_on": Text("已于此日结束", "Closed on"),
    "assumed": Text(
        "该日起的官方放假安排在公示开始时尚未公布，按法定节假日和周末推算",
        "From this day on the official days off were not arranged yet: statutory holidays and weekends are assumed",
    ),
    "award": Text("奖补项目", "Award"),
    "article": Text("条款", "Article"),
    "award_year": Text("年度", "Year"),
    "payee": Text("单位", "Payee"),
    "uscc": Text("统一社会信用代码", "Unified social credit code"),
    "jurisdiction": Text("属地", "Jurisdiction"),
    "amount": Text("金额（元）", "Yuan"),
    "state": Text("状态", "State"),
    "in_kind": Text("用地支持", "in kind"),
    "withdrawn": Text("撤销", "withdrawn"),
    **{code: Text(*names) for code, names in JURISDICTIONS.items()},
    "in_notice": Text("公示中", "in notice"),
    "suspended": Text("暂缓", "suspended"),
    "proposed": Text("公示期满", "noticed"),
    "rejected": Text("不予核准", "rejected"),
    "approved": Text("已核准", "approved"),
    "superseded": Text("已变更", "superseded"),
}


def page(notice: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return a notice (as `repository.view` gives it) and its entries as HTML in `zh-CN` or `en`."""
    words = {name: words.within(language) for name, words in _WORDS.items()}
    return _TEMPLATE.render(notice=notice, entries=entries, say=words, language=language, yuan=yuan)
