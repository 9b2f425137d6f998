"""Decisions as a sheet for people: Chinese headings, yuan, identifiers as text."""

from __future__ import annotations

from shared.spreadsheets import Column

COLUMNS: dict[str, Column] = {
    "决定编号": Column(lambda row: row["id"]),
    "奖补编号": Column(lambda row: row["award_id"]),
    "奖补项目": Column(lambda row: row["award"]),
    "条款": Column(lambda row: row["article"]),
    "对象": Column(lambda row: row["subject"]),
    "年度": Column(lambda row: row["award_year"], "whole"),
    "版本": Column(lambda row: row["version"], "whole"),
    "状态": Column(lambda row: row["state"]),
    "结果": Column(lambda row: row["result"]),
    "金额（元）": Column(lambda row: row["entitlement_fen"], "yuan"),
    "统一社会信用代码": Column(lambda row: row["payee"]["uscc"]),
    "收款单位": Column(lambda row: row["payee"]["name"]),
    "属地": Column(lambda row: row["jurisdiction"]),
    "类别": Column(lambda row: row["kind"]),
    "缘由": Column(lambda row: row["reason"]),
    "标记": Column(lambda row: "、".join(row["flags"])),
    "认定日期": Column(lambda row: row["decided_on"]),
    "首次认定日期": Column(lambda row: row["first_decided_on"]),
    "拟定人": Column(lambda row: row["proposed_by"]),
    "核准人": Column(lambda row: row["approved_by"]),
    "核准时间": Column(lambda row: row["approved_at"]),
    "公示编号": Column(lambda row: row["notice_id"]),
    "公示期满": Column(lambda row: row["noticed_on"]),
    "数据修订": Column(lambda row: row["receipt"]["facts_revision"], "whole"),
}
