"""What the audit page calls operations that have no form, and the figures that an act was recorded with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from services.desk.acts.jobs import JOBS
from services.desk.acts.library import ACTS, act_of, has_act
from services.desk.datasets import label_of
from services.desk.terms import TERMS
from shared.catalogue.datasets import CATALOGUE
from shared.i18n import CHINESE, Language, NamesByCode, translate
from shared.money import yuan
from shared.offices import department_names
from shared.policies import AWARD_TITLES, JURISDICTIONS, UNITS

OPERATIONS: NamesByCode = {
    "list_changes": ("查阅数据变更（含完整账号）", "changes read, with whole account numbers"),
    "list_payee_accounts": ("查阅收款账户（含完整账号）", "accounts read, with whole numbers"),
    "list_payee_accounts_history": ("查阅收款账户历史（含完整账号）", "history of accounts read, with whole numbers"),
    "get_draft": ("查阅待确认的账户（含完整账号）", "drafted accounts read, with whole numbers"),
    "get_enterprise": ("查阅企业数据（含完整账号）", "an enterprise read, with whole account numbers"),
    "get_snapshot": ("读取数据快照（含完整账号）", "snapshot read, with whole account numbers"),
    "query_snapshot": ("读取数据快照（含完整账号）", "snapshot read, with whole account numbers"),
    "query_snapshots": ("读取数据快照（含完整账号）", "snapshots read, with whole account numbers"),
    "query_related_rows": ("查询关联数据", "related rows read"),
    "confirm_payee_account": ("按收款人答复确认账户", "account confirmed by the payee's answer"),
    "make_challenge": ("申请数据校核", "fact challenged"),
    "query_decisions_in_force": ("查询生效的决定", "decisions in force read"),
    "replay_decision": ("重新计算决定", "decision computed again"),
    "assess_enterprise": ("试算", "assessment"),
    "preview_impact": ("预览影响", "impact previewed"),
    "read_scenario_facts": ("读取测算数据文件", "file of a scenario read"),
    "republish_decisions": ("重新发布决定", "decisions published again"),
    "recall_versions": ("登记恢复前已发布的版本", "versions published before a restore recorded"),
    "preview_restatements": ("预览差额", "differences previewed"),
    "check_payment_results": ("校验银行结果文件", "file of the bank checked"),
    "replay_dead_letter": ("重新处理失败消息", "dead letter processed again"),
    "discard_dead_letter": ("作废失败消息", "dead letter discarded"),
    "change_account_key": ("更换账号加密密钥", "key of account numbers changed"),
    "ask_for_missing_decisions": ("请求补发缺失的决定", "missing decisions asked for"),
    "fund_payment_orders": ("落实资金并生成支付指令", "payment orders funded"),
    "resume_awards": ("继续办理等待的奖补", "waiting awards resumed"),
    "get_payment_batch_file": ("下载送银行文件", "file for the bank downloaded"),
    "recall_lost_events": ("登记恢复后丢失的事件", "events lost by a restore recorded"),
    "republish_events": ("向新的消息服务重新发布事件", "events published to a new broker"),
    "receive_events": ("接收事件", "events received"),
    "set_message_aside": ("搁置无法处理的消息", "message set aside"),
}
"""Operations without a form of the desk, and what workers do."""

READS_OF_MACHINES = ("get_snapshot", "query_snapshot", "query_snapshots", "query_related_rows")
"""Reads of whole snapshots, by which programs keep up with the registry: there are more of them than of all other acts."""

_ENDS: NamesByCode = {"succeeded": ("已完成", "done"), "failed": ("失败", "failed")}
_JOBS = {name.replace("-", "_"): kind.title for name, kind in JOBS.items()}

FIGURES: NamesByCode = {
    "accepted": ("接受", "accepted"),
    "account_revision": ("账户修订号", "revision of the account"),
    "amount_fen": ("金额（元）", "amount (yuan)"),
    "approved": ("已核准", "approved"),
    "award_stopped": ("措施已停止执行", "award ended"),
    "award_year": ("奖补年度", "award year"),
    "awards": ("奖补", "awards"),
    "base_revision": ("所依据的修订号", "made on revision"),
    "batch": ("支付批次", "batch"),
    "budget_year": ("预算年度", "budget year"),
    "bytes": ("字节数", "bytes"),
    "cancelled_fen": ("取消金额（元）", "cancelled (yuan)"),
    "changes": ("变更", "changes"),
    "clearing": ("清空的数值", "values emptied"),
    "confirmation": ("意愿确认", "confirmation"),
    "created": ("新拟定", "new"),
    "decisions": ("决定", "decisions"),
    "dropped_fen": ("不再追回（元）", "dropped (yuan)"),
    "due_year": ("应付年度", "due year"),
    "entered": ("录入笔数", "entered"),
    "entitlement_fen": ("奖补金额（元）", "entitlement (yuan)"),
    "events": ("事件", "events"),
    "facts_revision": ("数据修订号", "revision of the facts"),
    "failed": ("支付失败", "failed"),
    "findings": ("核查发现", "findings"),
    "gained_fen": ("增加金额（元）", "gained (yuan)"),
    "gaining": ("增加户数", "gaining"),
    "held": ("暂停支付", "on hold"),
    "in_flight": ("在途中", "on their way"),
    "inserted": ("新增", "new"),
    "instalment": ("第几期", "instalment"),
    "key": ("记录", "record"),
    "last_award_year": ("最后奖补年度", "last award year"),
    "left_out": ("未编入", "left out"),
    "letters": ("决定书", "letters"),
    "losing": ("减少户数", "losing"),
    "lost_fen": ("减少金额（元）", "lost (yuan)"),
    "missing": ("缺失", "missing"),
    "not_proposed": ("未拟定", "not proposed"),
    "notice_working_days": ("公示工作日", "working days of the notice"),
    "objections": ("异议", "objections"),
    "offset": ("消息位置", "offset"),
    "omission": ("遗漏事项", "omission"),
    "orders": ("支付指令", "payment orders"),
    "outstanding_fen": ("未退回金额（元）", "outstanding (yuan)"),
    "overdue_fen": ("逾期金额（元）", "overdue (yuan)"),
    "paid_fen": ("已支付（元）", "paid (yuan)"),
    "partition": ("消息分区", "partition"),
    "passed": ("已通过", "passed"),
    "payees": ("收款人", "payees"),
    "percent": ("比例（%）", "percent"),
    "proposed_write_off_fen": ("拟核销金额（元）", "proposed write-off (yuan)"),
    "read": ("读取", "read"),
    "recalled": ("已登记版本", "recalled"),
    "receipt": ("计算依据", "receipt"),
    "recovery": ("追回", "recovery"),
    "registry_revision": ("登记修订号", "revision of the registry"),
    "rejected": ("被拒", "rejected"),
    "repaid_fen": ("已退回（元）", "repaid (yuan)"),
    "replaced": ("更新", "replaced"),
    "restated": ("重新核定", "restated"),
    "returned": ("已退汇", "came back"),
    "revision": ("修订号", "revision"),
    "rows": ("数据行", "rows"),
    "sample": ("随机抽查", "drawn for verification"),
    "sealed": ("已加密账号", "sealed account numbers"),
    "sent_back": ("退回经办", "sent back"),
    "settled": ("银行已支付", "paid"),
    "shared": ("按比例安排（元）", "shared in proportion (yuan)"),
    "size": ("抽查数", "size of the sample"),
    "skipped": ("未办理", "left out"),
    "status": ("状态码", "status"),
    "subjects_judged": ("认定的事项", "cases evaluated"),
    "superseded_in": ("被取代的修订号", "superseded in revision"),
    "term_working_days": ("期限（工作日）", "term (working days)"),
    "terms": ("办理期限（工作日）", "terms (working days)"),
    "to_recover_fen": ("应追回（元）", "to recover (yuan)"),
    "today_fen": ("现为（元）", "today (yuan)"),
    "top_up_fen": ("补付（元）", "top-up (yuan)"),
    "total": ("总数", "total"),
    "total_fen": ("合计（元）", "total (yuan)"),
    "totals": ("合计", "totals"),
    "unchanged": ("未变", "unchanged"),
    "unconfirmed": ("银行结果待确认", "results to be confirmed"),
    "up_to_fen": ("最高（元）", "at most (yuan)"),
    "version": ("版本", "version"),
    "withdrawn": ("撤回", "withdrawn"),
    "working_days": ("工作日", "working days"),
    "would_be_fen": ("应为（元）", "would be (yuan)"),
    "written_off_fen": ("已核销（元）", "written off (yuan)"),
    "year": ("年度", "year"),
    "review": ("联审", "review"),
    "notice": ("公示", "notice"),
    "approval": ("核准", "approval"),
    **TERMS["waits"],
    **TERMS["finding"],
}
"""Whole numbers that acts are recorded with, by name; an amount has its unit, for it is shown in yuan."""

_IN_GROUP: Mapping[str, NamesByCode] = {
    "skipped": TERMS["left_out"],
    "objections": {"open": ("未结", "open"), **TERMS["outcome_of_objection"]},
}
_CODES: NamesByCode = {
    **{name: (dataset.zh, dataset.en) for name, dataset in CATALOGUE.items()},
    **AWARD_TITLES,
    **JURISDICTIONS,
    **UNITS,
    **department_names(),
}
UNTOLD = frozenset({"progress", "problem", "id", "parameters"})
"""What says nothing where it stands: how a job was when it was queued, numbers of rows, what a simulation supposes."""


def title_of(service: str, operation: str, language: Language) -> str:
    """Return what an operation, the end of a job or an act of a worker is called; an unknown one by its code."""
    place, between = language != CHINESE, "：" if language == CHINESE else ": "
    if has_act(service, operation):
        act = act_of(service, operation)
        title = translate(act.title, language, {})
        about = act.about[place] if isinstance(act.about, tuple) else ""  # one of many datasets
        return f"{title}{between}{about}" if about else title
    if operation in OPERATIONS:
        return OPERATIONS[operation][place]
    job, _, end = operation.partition(" ")
    if job in _JOBS and end in _ENDS:
        return f"{translate(_JOBS[job], language, {})}{between}{_ENDS[end][place]}"
    return operation


def figure_name(name: str, language: Language, group: str = "") -> str:
    """Return what a figure is called, within its group if it is in one; an unknown one by its code.

    A name with a dot is a dataset's column.
    """
    dataset, _, column = name.partition(".")
    if column and dataset in CATALOGUE and column in CATALOGUE[dataset].by_name:
        label = label_of(CATALOGUE[dataset].by_name[column])[language != CHINESE]
        return f"{figure_name(dataset, language)} {label}"
    names = {**_CODES, **FIGURES, **_IN_GROUP.get(group, {})}
    return names[name][language != CHINESE] if name in names else name


def figures(details: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Yield the figures of an act as people read them; those of a group in one text, without those that are 0."""
    between = "：" if language == CHINESE else ": "
    for name, value in details.items():
        if name in UNTOLD:
            continue
        if not isinstance(value, Mapping):
            yield f"{figure_name(name, language)}{between}{_shown(name, value)}"
        elif told := [f"{figure_name(inner, language, name)} {_shown(inner, n)}" for inner, n in value.items() if n]:
            yield f"{figure_name(name, language)}{between}{('；' if language == CHINESE else '; ').join(told)}"


def _shown(name: str, value: Any) -> str:
    is_amount = name.endswith("_fen") and "." not in name  # of a column it is told how often it was emptied
    return yuan(value) if is_amount else str(value)


def operations(service: str, language: Language) -> list[tuple[str, str]]:
    """Return the operations of a service's audit log with their titles, to choose from."""
    jobs = [name.replace("-", "_") for name, kind in JOBS.items() if kind.service == service]
    names = [each for each in ACTS[service] if "." not in each] + [f"{job} {end}" for job in jobs for end in _ENDS]
    return sorted(((name, title_of(service, name, language)) for name in names), key=itemgetter(1))
