"""Command lines speak the caller's language, Chinese if none is named."""

from __future__ import annotations

import re
from typing import Annotated

import pytest
import typer
import typer.core
import typer.rich_utils
from rich.cells import cell_len
from rich.console import Console
from typer._click.formatting import HelpFormatter
from typer.core import _TyperParameter

from shared import cli, cli_language
from shared.i18n import CHINESE, ENGLISH
from shared.spreadsheets import TableColumn


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, CHINESE),
        ([], {"LANG": "C.UTF-8"}, CHINESE),
        ([], {"LANG": "zh_CN.UTF-8"}, CHINESE),
        ([], {"LANG": "en_GB.UTF-8"}, ENGLISH),
        ([], {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, CHINESE),
        (["payout", "--language", "en", "ask"], {}, ENGLISH),
        (["payout", "--language=en", "ask"], {}, ENGLISH),
        (["--language", "zh-CN"], {"LANG": "en_GB.UTF-8"}, CHINESE),
        (["--language"], {}, CHINESE),
        ([], {"DEFAULT_LANGUAGE": "en", "LANG": "C.UTF-8"}, ENGLISH),
        ([], {"DEFAULT_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}, CHINESE),
    ],
)
def test_the_language_is_the_one_that_is_named(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert cli_language.language_of(arguments, environment) == language


def commands() -> typer.Typer:
    app = typer.Typer(help="Money: reconciliation, budgets, the timeline of an award, the year's report.")

    @app.callback()
    def connect(language: cli.Language = "zh-CN") -> None:
        typer.echo(f"language {language}")

    @app.command()
    def budget(year: Annotated[int, typer.Option(help="Why it was decided so")]) -> None:
        """Close a notice after its term."""
        cli.say("Services are {services}.", services=[str(year), "approved"])

    return app


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    for module in (typer.rich_utils, typer.core):  # what `run` sets is undone behind the test
        for name, value in dict(vars(module)).items():
            if (name.isupper() and isinstance(value, str)) or name == "_":
                monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(HelpFormatter, "write_usage", HelpFormatter.write_usage)
    monkeypatch.setattr(_TyperParameter, "display_type", _TyperParameter.display_type)
    monkeypatch.setattr(typer.rich_utils, "rich_format_error", typer.rich_utils.rich_format_error)
    monkeypatch.setitem(cli._state, "language", ENGLISH)
    monkeypatch.setattr(cli, "console", Console(width=100))

    def ran(*arguments: str, **environment: str) -> str:
        for name in ("LC_ALL", "LC_MESSAGES", "LANG", "DEFAULT_LANGUAGE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["subsidies", *arguments])
        with pytest.raises(SystemExit):
            cli.run(commands())
        shown = capsys.readouterr()
        return shown.out + shown.err

    return ran


def test_help_is_chinese(run) -> None:  # type: ignore[no-untyped-def]
    shown = run("--help")
    assert "资金：对账、预算、奖补全程、年度报告。" in shown
    assert "公示期满后结束公示。" in shown
    assert "选项" in shown
    assert "显示本帮助并退出。" in shown
    assert "处理理由" in run("budget", "--help")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["budget"], "缺少选项 '--year'。"),
        (["budget", "--year"], "选项 '--year' 须带一个值。"),
        (["budget", "--year", "soon"], "'--year' 的值无效：须为整数"),
        (["budget", "--year", "2024", "--yaer", "1"], "没有选项 --yaer（可用：--year）"),
        (["budget", "--year", "2024", "now"], "多余的参数：now"),
        (["bugdet"], "没有命令 'bugdet'。您要用的是 'budget' 吗？"),
    ],
)
def test_errors_are_chinese(run, arguments: list[str], message: str) -> None:  # type: ignore[no-untyped-def]
    shown = run(*arguments)
    assert message in shown, shown
    assert not re.search(r"Usage|Error|OPTIONS|Invalid|Missing|option", shown)


def test_help_is_english_where_english_is_asked_for(run) -> None:  # type: ignore[no-untyped-def]
    shown = run("--help", LANG="en_US.UTF-8")
    assert "Close a notice after its term." in shown
    assert "Options" in shown
    assert "Money:" in run("--language", "en", "--help")


def test_output_follows_and_so_does_the_default_of_the_option(run) -> None:  # type: ignore[no-untyped-def]
    assert run("budget", "--year", "2024") == "language zh-CN\n服务有 2024、已核准。\n"
    assert run("budget", "--year", "2024", LANG="en_US.UTF-8") == "language en\nServices are 2024, approved.\n"


def test_a_long_chinese_text_is_shown_whole_in_a_narrow_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "console", Console(width=30))
    message = "“统一社会信用代码”不是有效的统一社会信用代码（18位，含校验码）"
    cli.table([{"line": 2, "message": message}], [TableColumn("Line", "line"), TableColumn("What is wrong", "message")])
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert "".join(line.split("│")[2].strip() for line in shown.splitlines() if line.startswith("│")) == message


WIDE = [TableColumn("Amount (yuan)", "fen", "yuan"), TableColumn("Decision id", "id"), TableColumn("Reason", "reason")]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_figures_and_codes_are_never_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    monkeypatch.setattr(cli, "console", Console(width=width))
    row = {
        "fen": 123_456_789_012,
        "id": "01a229f6-0c23",
        "reason": "资金拨付前核对全部材料，发现账户户名与企业名称不一致",
    }
    cli.table([row], WIDE)
    lines = capsys.readouterr().out.splitlines()
    assert any("1,234,567,890.12" in line for line in lines)
    assert any("01a229f6-0c23" in line for line in lines)
    assert max(map(cell_len, lines)) <= width


def test_where_no_table_fits_each_row_is_a_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "console", Console(width=80))
    code = "01a229f6-0c23-762c-ae53-b898bb8a6369"
    cli.table([{"a": code, "b": code, "c": 5}], [TableColumn("a", "a"), TableColumn("b", "b"), TableColumn("c", "c")])
    assert [line.split() for line in capsys.readouterr().out.splitlines() if code in line] == [["a", code], ["b", code]]
