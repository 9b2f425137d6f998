"""What operators hold in their hands: templates, the command line, the starting values."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from services.registry import cli
from services.registry.seed import seed
from shared.catalogue.datasets import CATALOGUE
from shared.media_types import XLSX
from tests.integration.registry.conftest import Registry, uscc
from tests.support.serving import credentials, served

A, B = uscc(1), uscc(2)


def test_a_template_is_read_as_it_is(registry: Registry) -> None:
    registry.enterprises(A)
    for dataset in CATALOGUE.values():
        for language in ("zh-CN", "en"):
            answer = registry.request(
                "GET", f"/v1/datasets/{dataset.name}/template", headers={"Accept-Language": language}
            )
            assert answer.headers["content-type"] == XLSX
    book = CalamineWorkbook.from_object(io.BytesIO(answer.content))
    assert book.sheet_names[1] == "notes"
    job = registry.imported(answer.content, XLSX, dataset=dataset.name)
    assert job["state"] == "succeeded", job
    assert job["rows"]["read"] == 0


def test_the_starting_values_are_recorded_once(registry: Registry) -> None:
    assert seed(registry.database, registry.clock) == 1
    rates = registry.items("/v1/datasets/reference_rates/records", limit=1_000)
    by_key = {(rate["series"], rate["effective_on"]): (rate["value"], rate["status"]) for rate in rates}
    assert by_key["pboc_benchmark_1y", "2015-10-24"] == (435, "verified")
    assert by_key["usd_cny_year", "2020-01-01"] == (68_974, "secondary")
    assert ("usd_cny_year", "2025-01-01") not in by_key
    platforms = registry.items("/v1/datasets/recognised_platforms/records")
    assert {item["platform"] for item in platforms} == {"alibaba", "jd", "suning", "pinduoduo"}
    assert {item["since"] for item in platforms} == {"2020-01-02"}
    registry.recorded("recognised_platforms", without(platforms[0]))
    assert seed(registry.database, registry.clock) == 2


def without(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "revision"} | {"until": "2030-01-01"}


@pytest.fixture
def url(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr("shared.cli.ClientCredentials", credentials(registry.tokens))
    with served(registry.app, registry.runner) as address:
        yield address


def run(url: str, *arguments: str, code: int = 0) -> str:
    options = ["--client-secret", "s", "--url", url, *([] if "--language" in arguments else ["--language", "en"])]
    result = CliRunner().invoke(cli.app, [*options, *arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_the_command_line(registry: Registry, url: str, tmp_path: Path) -> None:
    registry.enterprises(A)
    file = tmp_path / "sales.csv"
    file.write_text(f"统一社会信用代码,年度,网络零售额\n{A},2020,1.5\n{B},2020,1\n", "utf-8")
    rejected = tmp_path / "rejected.csv"
    output = run(url, "import", str(file), "--dataset", "annual_sales", "--rejected", str(rejected), code=1)
    assert "unified social credit code" in output
    assert "Nothing was stored" in output
    assert B in rejected.read_text("utf-8-sig")
    output = run(url, "import", str(file), "--dataset", "annual_sales", "--mode", "accept_valid")
    assert "accepted: 1" in output
    exported = tmp_path / "export.csv"
    for language, heading in (
        ("en", "uscc,year,online_retail_yuan"),
        ("zh-CN", "统一社会信用代码,年度,网络零售额（元）"),
    ):
        output = run(url, "--language", language, "export", "annual_sales", str(exported))
        assert ("yearly sales" if language == "en" else "年度销售（省监测），修订号 2，共 1 行") in output
        lines = exported.read_text("utf-8-sig").replace('"', "").splitlines()
        assert lines[0].startswith(heading)
        assert lines[1] == f"{A},2020,1.50,"
        assert "unchanged: 1" in run(url, "import", str(exported), "--dataset", "annual_sales")
    assert A in run(url, "enterprise", A)
    assert "There is no such" in run(url, "export", "nothing", str(exported), code=1)
