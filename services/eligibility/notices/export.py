"""Notices, and what one shows, as sheets for people: Chinese headings, yuan, identifiers as text."""

from __future__ import annotations

from shared.spreadsheets import Column

NOTICES: dict[str, Column] = {
    "公示编号": Column(lambda row: row["id"]),
    "状态": Column(lambda row: row["state"]),
    "公示开始": Column(lambda row: row["opened_on"]),
    "公示截止": Column(lambda row: row["last_day"]),
    "工作日": Column(lambda row: row["working_days"], "whole"),
    "关闭日期": Column(lambda row: row["closed_on"]),
    "决定数": Column(lambda row: row["total"], "whole"),
    "未处理异议": Column(lambda row: row["objections"]["open"], "whole"),
    "不成立异议": Column(lambda row: row["objections"]["rejected"], "whole"),
    "成立异议": Column(lambda row: row["objections"]["upheld"], "whole"),
}

ENTRIES: dict[str, Column] = {
    "决定编号": Column(lambda row: row["decision_id"]),
    "奖补项目": Column(lambda row: row["title"]),
    "代码": Column(lambda row: row["award"]),
    "条款": Column(lambda row: row["article"]),
    "年度": Column(lambda row: row["award_year"], "whole"),
    "单位名称": Column(lambda row: row["payee"]["name"]),
    "统一社会信用代码": Column(lambda row: row["payee"]["uscc"]),
    "属地": Column(lambda row: row["jurisdiction"]),
    "结果": Column(lambda row: row["result"]),
    "金额（元）": Column(lambda row: row["entitlement_fen"], "yuan"),
    "状态": Column(lambda row: row["state"]),
}
