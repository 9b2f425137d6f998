"""Files in, rows stored as one revision, a clear answer for every mistake, and nothing else changed."""

from __future__ import annotations

import csv
import io
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.files.domain import PART_ROWS
from shared.media_types import NDJSON
from tests.integration.registry.conftest import UPLOAD_MAX_BYTES, Registry, enterprise, uscc

A, B, C = uscc(1), uscc(2), uscc(3)
HEADINGS = "统一社会信用代码,年度,网络零售额,平台营业额\n"


def sales(registry: Registry) -> list[tuple[str, int, int | None]]:
    found = registry.items("/v1/datasets/annual_sales/records")
    return [(item["uscc"], item["year"], item["online_retail_fen"]) for item in found]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"{HEADINGS}{A},2020,5000000.5,\n{B},2021,12,3\n".encode(), id="Chinese headings, yuan"),
        pytest.param(f"\ufeff{HEADINGS}{A},2020,5000000.50,\r\n{B},2021,12.00,3\r\n".encode(), id="BOM and CRLF"),
        pytest.param(f"{HEADINGS}{A},2020,5000000.5,\n{B},2021,12,3\n".encode("gb18030"), id="GB18030"),
        pytest.param(
            f"uscc,year,online_retail_fen,platform_turnover_fen\n{A},2020,500000050,\n{B},2021,1200,300\n".encode(),
            id="English headings, fen",
        ),
        pytest.param(
            f"platform_turnover_yuan,year,uscc,online_retail_yuan\n,2020,{A.lower()},5000000.5\n3,2021,{B},12\n".encode(),
            id="other order, lower case, yuan",
        ),
        pytest.param(
            f'{HEADINGS}\n{A}, 2020 ,5000000.5,\n,,,\n{B},2021,"12",3,,\n'.encode(), id="blanks, quotes, empty columns"
        ),
    ],
)
def test_csv_in_every_form_says_the_same(registry: Registry, content: bytes) -> None:
    registry.enterprises(A, B)
    job = registry.imported(content, dataset="annual_sales")
    assert job["state"] == "succeeded", job
    assert job["rows"] == {"read": 2, "accepted": 2, "unchanged": 0, "rejected": 0}
    assert job["revision"] == 2
    assert job["progress"]["done"] == job["progress"]["total"] > 0
    assert sorted(sales(registry)) == sorted([(A, 2020, 500000050), (B, 2021, 1200)])


def test_a_file_imported_twice_changes_nothing(registry: Registry) -> None:
    registry.enterprises(A, B)
    content = f"{HEADINGS}{A},2020,1,\n{B},2020,2,\n".encode()
    first = registry.imported(content, dataset="annual_sales")
    second = registry.imported(content, dataset="annual_sales")
    assert second["rows"] == {"read": 2, "accepted": 0, "unchanged": 2, "rejected": 0}
    assert (second["revision"], second["changed"]) == (first["revision"], False)
    assert registry.get("/v1/revisions/latest").json() == {"revision": 2}


def test_a_file_that_cannot_be_read_has_an_empty_result_not_none(registry: Registry) -> None:
    job = registry.imported(b"no,headings\n1,2\n", dataset="annual_sales")
    [listed] = registry.get("/v1/imports").json()["items"]
    for shown in (job, listed):
        assert shown["state"] == "failed" and shown["rows"]["read"] == 0
        members = ("datasets", "clearing", "changed", "errors_truncated")
        assert [shown[each] for each in members] == [{}, {}, False, False]


MISTAKES: list[tuple[str, str | None, str]] = [
    (f"{A[:-1]}{'0' if A[-1] != '0' else '1'},2020,1,", "uscc", "invalid_uscc"),
    (f"{C},2020,1,", "uscc", "unknown_enterprise"),
    (f"{A},2020.5,1,", "year", "not_a_year"),
    (f"{A},２０２,1,", "year", "not_a_year"),
    (f"{A},,1,", "year", "missing"),
    (f"{A},2001,1.2E+10,", "online_retail_fen", "scientific_notation"),
    (f"{A},2002,-1,", "online_retail_fen", "below_minimum"),
    (f"{A},2003,90071992547409.92,", "online_retail_fen", "above_maximum"),
    (f"{A},2004,1.234,", "online_retail_fen", "too_many_decimals"),
    (f'{A},2005,"1,23",', "online_retail_fen", "not_an_amount"),
    (f"{A},2006,1,2,3,4", None, "column_count"),
    (f"{A},2007,1,,5", None, "column_count"),
    (f"{A},2008,1,一", "platform_turnover_fen", "not_an_amount"),
    (f"{A},2009#,1,", "year", "not_a_year"),
]


def test_every_mistake_is_found_and_none_invented(registry: Registry) -> None:
    registry.enterprises(A, B)
    good = [f"{B},{year},{year}," for year in range(2010, 2025)]
    lines, expected = [], []
    for place, line in enumerate(good):
        lines.append(line)
        if place < len(MISTAKES):
            text, field, code = MISTAKES[place]
            lines.append(text)
            expected.append((len(lines) + 1, field, code))
    content = (HEADINGS + "\n".join(lines) + "\n").encode()

    refused = registry.imported(content, dataset="annual_sales")
    assert refused["state"] == "failed"
    assert refused["problem"]["type"].endswith("rows-refused")
    assert refused["rows"] == {"read": 29, "accepted": 0, "unchanged": 0, "rejected": len(MISTAKES)}
    assert refused["revision"] is None
    assert registry.errors(refused) == expected
    assert sales(registry) == []
    with registry.database.reading() as connection:
        acts = connection.exec_driver_sql("SELECT act FROM audit_log WHERE starts_with(act, 'import ')").scalars().all()
    assert acts == ["import failed"]

    trial = registry.imported(content, dataset="annual_sales", mode="accept_valid", dry_run="true")
    assert (trial["state"], trial["revision"]) == ("succeeded", None)
    assert registry.errors(trial) == expected
    assert sales(registry) == []

    accepted = registry.imported(content, dataset="annual_sales", mode="accept_valid")
    assert (
        accepted["rows"]
        == trial["rows"]
        == {
            "read": 29,
            "accepted": len(good),
            "unchanged": 0,
            "rejected": len(MISTAKES),
        }
    )
    assert registry.errors(accepted) == expected
    assert len(sales(registry)) == len(good)


def test_a_key_twice_is_kept_once_if_equal_and_refused_if_not(registry: Registry) -> None:
    registry.enterprises(A, B)
    content = f"{HEADINGS}{A},2020,1,\n{A},2020,1.00,\n{B},2020,1,\n{B},2020,2,\n{B},2021,2,\n".encode()
    job = registry.imported(content, dataset="annual_sales", mode="accept_valid")
    assert job["rows"] == {"read": 5, "accepted": 2, "unchanged": 1, "rejected": 2}
    assert registry.errors(job) == [(4, "year", "key_conflict"), (5, "year", "key_conflict")]
    assert sales(registry) == [(A, 2020, 100), (B, 2021, 200)] or sales(registry) == [(B, 2021, 200), (A, 2020, 100)]


def test_what_is_on_record_is_left_and_counted_and_the_rest_takes_effect(registry: Registry) -> None:
    registry.enterprises(A, B, C)
    registry.imported(
        f"{HEADINGS}{A},2020,1,\n{A},2021,2,\n{B},2020,3,4\n{C},2020,5,\n".encode(), dataset="annual_sales"
    )
    again = f"{HEADINGS}{A},2020,1,\n{A},2021,7,\n{B},2020,3,\n{C},2020,5,\n{C},2020,6,\n{C},2021,8,\n".encode()
    job = registry.imported(again, dataset="annual_sales", mode="accept_valid")
    assert job["rows"] == {"read": 6, "accepted": 2, "unchanged": 1, "rejected": 3}
    assert registry.errors(job) == [
        (4, "platform_turnover_fen", "would_clear"),
        (5, "year", "key_conflict"),
        (6, "year", "key_conflict"),
    ]
    assert sorted(sales(registry)) == sorted(
        [(A, 2020, 100), (A, 2021, 700), (B, 2020, 300), (C, 2020, 500), (C, 2021, 800)]
    )
    rows = registry.items("/v1/datasets/annual_sales/records")
    assert {(row["uscc"], row["year"]) for row in rows if row["revision"] == job["revision"]} == {(A, 2021), (C, 2021)}
    (first, second) = registry.items("/v1/datasets/annual_sales/history", uscc=A, year=2021)
    assert (first["replaced_in"], second["revision"]) == (job["revision"], job["revision"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", None),
        (b"\n\n", "empty_file"),
        (b"\xff\xff,1\n", "encoding"),
        (HEADINGS.encode() + HEADINGS.encode("gb18030"), "encoding"),
        ("统一社会信用代码,年份,年度\n".encode(), "duplicate_heading"),
        (b"uscc,year,profit\n", "unknown_heading"),
        (b"uscc,online_retail_fen\n", "missing_heading"),
        (b"x" * 1_500_000, "line_too_long"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(registry: Registry, content: bytes, code: str | None) -> None:
    registry.enterprises(A)
    if code is None:
        assert registry.start_import(content, dataset="annual_sales").status_code == 422
        return
    job = registry.imported(content, dataset="annual_sales")
    assert job["state"] == "failed"
    assert job["problem"]["type"].endswith("file-refused")
    assert job["problem"]["errors"][0]["code"] == code
    with registry.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM import_chunks").scalar_one() == 0


def test_ndjson_is_strict(registry: Registry) -> None:
    registry.enterprises(A)
    lines = [
        orjson.dumps({"uscc": A, "year": 2020, "online_retail_fen": 5}),
        b"",
        orjson.dumps({"uscc": A, "year": 2021, "online_retail_fen": 5.0}),
        orjson.dumps({"uscc": A, "year": "2022"}),
        orjson.dumps({"uscc": A, "year": 2023, "profit": 1}),
        b'{"uscc": ',
        orjson.dumps([1]),
        b'{"uscc": "%s", "year": 2024, "online_retail_fen": 9007199254740992}' % A.encode(),
        b'{"uscc": "%s", "year": 2025, "online_retail_fen": 99999999999999999999}' % A.encode(),
        b'{"uscc": "%s", "year": 2026, "online_retail_fen": NaN}' % A.encode(),
    ]
    job = registry.imported(b"\n".join(lines), NDJSON, dataset="annual_sales", mode="accept_valid")
    assert job["rows"] == {"read": 9, "accepted": 1, "unchanged": 0, "rejected": 8}
    assert registry.errors(job) == [
        (3, "online_retail_fen", "not_an_integer"),
        (4, "year", "not_an_integer"),
        (5, "profit", "unknown_field"),
        (6, None, "not_json"),
        (7, None, "not_an_object"),
        (8, "online_retail_fen", "above_maximum"),
        (9, "online_retail_fen", "not_an_integer"),
        (10, None, "not_json"),
    ]


def test_rejected_rows_come_back_to_be_corrected(registry: Registry) -> None:
    registry.enterprises(A)
    content = f"{HEADINGS}{A},2020,1,\n{A},2021,-1,\n=1+1,2022,1,\n".encode()
    job = registry.imported(content, dataset="annual_sales", mode="accept_valid")
    answer = registry.request(
        "GET", f"/v1/imports/{job['id']}/errors", headers={"Accept": "text/csv", "Accept-Language": "zh-CN"}
    )
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == [*HEADINGS.strip().split(","), "问题"]
    assert rows[1][:3] == [A, "2021", "'-1"]
    assert rows[2][0] == "'=1+1"
    assert all(row[-1] for row in rows[1:])
    corrected = answer.content.decode().replace("'-1", "7").replace("'=1+1", A)
    again = registry.imported(corrected.encode(), dataset="annual_sales")
    assert (again["state"], again["rows"]["accepted"]) == ("succeeded", 2), again


def test_imports_are_listed_the_newest_first_by_who_sent_them(registry: Registry) -> None:
    registry.enterprises(A)
    sent = []
    for year in (2020, 2021, 2022):
        registry.clock.instant += timedelta(seconds=1)
        content = f"{HEADINGS}{A},{year},1,\n".encode()
        sent.append(registry.imported(content, dataset="annual_sales", source=f"{year}年.csv")["id"])
    first = registry.request("GET", "/v1/imports?limit=2").json()
    assert [(each["id"], each["source"]) for each in first["items"]] == [
        (sent[2], "2022年.csv"),
        (sent[1], "2021年.csv"),
    ]
    rest = registry.request("GET", f"/v1/imports?limit=2&cursor={first['next_cursor']}").json()
    assert (rest["items"][0]["id"], rest["items"][0]["rows"]["accepted"]) == (sent[0], 1)
    creator = first["items"][0]["created_by"]
    of = {who: registry.request("GET", f"/v1/imports?created_by={who}").json()["items"] for who in (creator, "another")}
    assert len(of[creator]) >= len(sent) and of["another"] == []


def test_the_same_upload_under_one_key_is_one_import(registry: Registry) -> None:
    content = f"{HEADINGS}{A},2020,1,\n".encode()
    first = registry.start_import(content, dataset="annual_sales", headers={"Idempotency-Key": "k"})
    again = registry.start_import(content, dataset="annual_sales", headers={"Idempotency-Key": "k"})
    other = registry.start_import(content + b"\n", dataset="annual_sales", headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["location"] == f"/v1/imports/{first.json()['id']}"


def test_the_same_file_twice_at_once_takes_effect_once(registry: Registry) -> None:
    registry.enterprises(A)
    content = f"{HEADINGS}{A},2020,1,\n{A},2021,2,\n".encode()
    started = [registry.start_import(content, dataset="annual_sales").json()["id"] for _ in range(2)]
    with ThreadPoolExecutor(2) as workers:  # a job each
        assert list(workers.map(lambda _: registry.runner.step(), started)) == [True, True]
    jobs = [registry.get(f"/v1/imports/{each}").json() for each in started]
    assert [job["state"] for job in jobs] == ["succeeded", "succeeded"]
    assert sorted((job["rows"]["accepted"], job["rows"]["unchanged"]) for job in jobs) == [(0, 2), (2, 0)]
    assert registry.get("/v1/revisions/latest").json() == {"revision": 2}


@pytest.mark.parametrize(
    ("media_type", "query", "status"),
    [
        ("application/json", {"dataset": "annual_sales"}, 415),
        ("text/csv", {"dataset": "nothing"}, 422),
        ("text/csv", {}, 422),
        ("text/csv", {"dataset": "annual_sales", "mode": "some"}, 422),
    ],
)
def test_a_wrong_request_is_refused(registry: Registry, media_type: str, query: dict[str, Any], status: int) -> None:
    assert registry.start_import(b"x", media_type, **query).status_code == status


def test_an_upload_is_bounded(registry: Registry) -> None:
    assert registry.start_import(b"x" * (UPLOAD_MAX_BYTES + 1), dataset="annual_sales").status_code == 413


def test_a_worker_killed_in_the_middle_is_replaced_and_the_import_takes_effect_once(registry: Registry) -> None:
    count = 2 * PART_ROWS
    lines = "".join(f"{uscc(number)},甲,enterprise,2015-03-01\n" for number in range(count))
    content = f"uscc,name,legal_form,registered_on\n{lines}".encode()
    path = f"/v1/imports/{registry.start_import(content, dataset='enterprises').json()['id']}"
    assert registry.get(path).json()["state"] == "queued"
    command = [sys.executable, "-m", "tests.support.crash_process", "import", registry.database.url, "", "part read"]
    killed = subprocess.run(command, timeout=90, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    job = registry.get(path).json()
    assert job["state"] == "running"
    assert 0 < job["progress"]["done"] < job["progress"]["total"], "how far it came is seen while it runs"
    assert registry.get("/v1/revisions/latest").json() == {"revision": 0}
    with registry.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE jobs SET lease_until = now() - interval '1 second'")
    assert registry.runner.step()
    assert not registry.runner.step()
    job = registry.get(path).json()
    assert (job["state"], job["rows"]["accepted"], job["rows"]["unchanged"]) == ("succeeded", count, 0)
    assert registry.get("/v1/revisions/latest").json() == {"revision": 1}


def test_account_numbers_of_a_rejected_row_are_masked(registry: Registry) -> None:
    content = f"uscc,since,account_holder,bank_code,account_number\n{A},2020-01-01,x,102,6222000011112222\n".encode()
    job = registry.imported(content, dataset="payee_accounts")
    answer = registry.get(f"/v1/imports/{job['id']}/errors", accept="text/csv")
    assert "6222000011112222" not in answer.text
    assert "****2222" in answer.text
    whole = registry.get(f"/v1/imports/{job['id']}/errors", accept="text/csv", by="payout")
    assert "6222000011112222" in whole.text
    with registry.database.reading() as connection:
        for table in ("import_errors", "import_rejected_rows", "import_chunks", "jobs", "imports"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert "6222000011112222" not in str(rows)


def test_enterprises_by_file(registry: Registry) -> None:
    content = (
        "统一社会信用代码,企业名称,组织形式,成立日期\n"
        f"{A},丽水甲公司,企业,2015年3月1日\n{B},丽水乙店,个体工商户,2016/2/9\n{C},丙,公司,2021-02-29\n"
    ).encode()
    job = registry.imported(content, dataset="enterprises", mode="accept_valid")
    assert registry.errors(job) == [(4, "legal_form", "not_allowed"), (4, "registered_on", "no_such_day")]
    assert [enterprise(A)["uscc"] in (A,), job["rows"]["accepted"]] == [True, 2]


def test_another_holder_of_an_account_is_warned_of(registry: Registry) -> None:
    enterprises = (
        "统一社会信用代码,企业名称,组织形式,成立日期\n"
        f"{A},丽水甲公司,企业,2015-03-01\n{B},丽水乙店,个体工商户,2016-02-09\n"
    )
    registry.imported(enterprises.encode(), dataset="enterprises")
    accounts = (
        "统一社会信用代码,起始日期,户名,开户行行号,账号\n"
        f"{A},2020-01-01,丽水甲公司,102343000017,62220001\n{B},2020-01-01,某自然人,102343000017,62220002\n"
    )
    job = registry.imported(accounts.encode(), dataset="payee_accounts")
    (warning,) = job["warnings"]
    assert (job["rows"]["accepted"], warning["code"], warning["examples"]) == (2, "holder_differs", ["3"])
