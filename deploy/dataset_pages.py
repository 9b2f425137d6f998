"""Write the datasets as a page for people who deliver data, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator

from services.registry.datasets.template import KINDS
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import MAX_INTEGER, Dataset, Field
from shared.catalogue.validation_errors import MESSAGES, parameters_of
from shared.i18n import CHINESE, translate

_INTRODUCTION = {
    "zh-CN": """# 数据集

本页由各数据集的声明生成（`make openapi`），请勿手工修改。`GET /v1/datasets` 以JSON给出相同内容及各数据集的JSON Schema。

- **必填**栏为“是”的字段不能为空；其余字段为空表示未知，不是零。主键字段以 🔑 标出。
- 文件中可用下列任一标题（不分大小写、全半角括号）。以 `_yuan` 结尾或带“（元）”的列填元，至多两位小数；以 `_fen` 结尾的列填分。
- 标题前20行内均可，上方可有标题和“单位：万元”；“（万元）”列准确换算。序号、备注等列，合计、注、填表人等行不读取，导入结果中列明。
- 件数、天数、月数、面积的标题可带“（件）”“（天）”“（月）”“（平方米）”等单位；以万件、亩等其他单位填报的，不予接收。
- 单位须写在标题中或标题上方；只写在工作表名称或说明页、且与表内单位不同的，不予接收。
- 数字按存储的值读取；数字格式使显示值小于存储值（以千、万为单位显示）或显示为百分数的单元格不予接收。
- 日期为文本或Excel日期；代码一律按文本读取。CSV、TSV为UTF-8、UTF-16（带BOM）或GB18030；工作簿为.xlsx、.xls、.xlsb、.ods。
- 每个数据集可下载XLSX模板：`GET /v1/datasets/{dataset}/template`。
- 行中所指的企业须已登记；被拒绝的行给出行号、字段、代码和说明，可下载后修改重传。""",
    "en": """# Datasets

Written from the declarations of the datasets by `make openapi`; not edited by hand. `GET /v1/datasets` gives the same as JSON,
with each dataset's JSON Schema.

- A field that is required must be given; any other may be empty, which means unknown, not zero. 🔑 marks the key.
- A file may use any of the headings (upper or lower case, full or half width brackets). A column that ends in `_yuan`, or carries
  “（元）”, holds yuan with at most two decimals; one that ends in `_fen` holds fen.
- The headings are in one of the first 20 rows; above may be titles and “单位：万元”. Columns with “（万元）” are converted
  exactly. Columns such as 序号 and 备注, and rows with totals, notes and names are not read; the import names them.
- The heading of a count, of days, months or an area may carry its unit: （件）, （天）, （月）, （平方米）. Another one (万件,
  亩) is refused, and so is one that only the sheet's name or a page of notes gives.
- Numbers are read as they are stored. A cell whose number format shows less (in thousands or 万), or a percentage, is refused.
- Dates are text or dates of the spreadsheet; codes are read as text. CSV and TSV are UTF-8, UTF-16 (with BOM) or GB18030;
  workbooks are .xlsx, .xls, .xlsb or .ods. Each dataset has a template to fill in: `GET /v1/datasets/{dataset}/template`.
- An enterprise that a row names must be in the registry. A row that is refused is listed with its line, field, code and
  message, and can be downloaded, corrected and sent again.""",
}
_HEADINGS = {
    "zh-CN": ("字段", "名称", "内容", "必填", "范围与选项", "文件标题"),
    "en": ("field", "name", "holds", "required", "bounds and choices", "headings in files"),
}


def write(language: str) -> str:
    """Return the page in `language` (`zh-CN` or `en`), as Markdown."""
    return "\n".join([_INTRODUCTION[language], *(_section(item, language) for item in CATALOGUE.values())]) + "\n"


def _section(dataset: Dataset, language: str) -> str:
    chinese = language == CHINESE
    headings = _HEADINGS[language]
    lines = [
        f"\n## `{dataset.name}` {dataset.zh if chinese else dataset.en}\n",
        f"| {' | '.join(headings)} |",
        "|" + "---|" * len(headings),
        *(f"| {' | '.join(_row(dataset, item, language))} |" for item in dataset.fields),
        *(f"\n- {law}" for law in _laws(dataset, language)),
    ]
    return "\n".join(lines)


def _row(dataset: Dataset, item: Field, language: str) -> tuple[str, ...]:
    chinese = language == CHINESE
    return (
        f"`{item.name}`{' 🔑' if item.name in dataset.key else ''}",
        item.zh if chinese else item.en,
        translate(KINDS[item.kind], language),
        ("否" if item.optional else "是") if chinese else ("no" if item.optional else "yes"),
        _bounds(item, chinese=chinese),
        "、".join(name for name in item.headings if name != item.name),
    )


def _bounds(item: Field, *, chinese: bool) -> str:
    if item.choices:
        return "<br>".join(f"`{code}` {zh if chinese else en}" for code, (zh, en) in item.choices.items())
    if item.pattern:
        return f"`{item.pattern}`"
    if item.minimum is None or item.minimum < 0:
        return ""
    return f"≥ {item.minimum}" if item.maximum == MAX_INTEGER else f"{item.minimum} - {item.maximum}"


def _laws(dataset: Dataset, language: str) -> Iterator[str]:
    chinese = language == CHINESE
    for rule in dataset.rules:
        yield f"`{rule.code}`: {translate(MESSAGES[rule.code], language, parameters_of(dataset, rule.field))}"
    if dataset.period is not None and dataset.period.apart:
        group = ", ".join(f"`{name}`" for name in dataset.period.apart)
        yield f"同一{group}的时段不得重叠" if chinese else f"periods with the same {group} do not overlap"
    if dataset.parent:
        field, parent = dataset.key[0], dataset.parent
        yield f"按`{field}`归属`{parent}`" if chinese else f"belongs to the row of `{parent}` with the same `{field}`"
