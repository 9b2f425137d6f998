"""Metrics behind a token, measurements that rest, failing loops, a consumer's lag."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from kafka import KafkaProducer
from sqlalchemy import Connection, text

from deploy.local.broker import Broker
from shared.background import Loop
from shared.clock import FixedClock, SystemClock
from shared.database.engine import Database
from shared.gauges.heartbeat import heartbeat_loop, loop_states
from shared.gauges.reading import read_gauges
from shared.gauges.stored_gauges import StoredGauges, samples_of, store, stored, stored_gauges_loop
from shared.messaging import kafka, topics
from shared.messaging.consumer import Consumer
from shared.messaging.lag import consumer_lag
from shared.observability import metrics
from shared.observability.metrics import Sample
from shared.web.metrics import serve_probes
from tests.support.databases import ServiceDatabase, as_owner
from tests.support.events import LENIENT
from tests.support.tokens import Tokens


@pytest.fixture
def database(fresh_database: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    database = fresh_database("payout").connect()
    yield database
    database.close()


class Counted:
    """A measurement that knows how often it was made."""

    def __init__(self, name: str = "money") -> None:
        self.times = 0
        self.measurement = StoredGauges(name, self)

    def __call__(self, _: Connection) -> Sequence[Sample]:
        self.times += 1
        return [metrics.MONEY_ENTITLED.at(2**53 - 1, "city")]


def test_workers_and_relays_serve_their_metrics_to_those_who_may_read_them(tokens: Tokens) -> None:
    with serve_probes(tokens.verifier, "127.0.0.1", 0) as port:
        url = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
        assert httpx.get(f"{url}/metrics").status_code == httpx.codes.UNAUTHORIZED
        assert httpx.get(f"{url}/metrics", headers=tokens.headers("auditor")).status_code == httpx.codes.FORBIDDEN
        shown = httpx.get(f"{url}/metrics", headers=tokens.headers("ops")).text
        assert "# TYPE loop_failures_total counter" in shown
        assert {httpx.get(url + path).status_code for path in ("/", "/docs", "/openapi.json", "/status")} == {404}
        with pytest.raises(OSError, match="in use"), serve_probes(tokens.verifier, "127.0.0.1", port):
            pass


def test_a_measurement_is_kept_whole_and_rests(database: Database) -> None:
    first, second = Counted(), Counted()
    stored_gauges_loop(database, [first.measurement]).step()
    stored_gauges_loop(database, [second.measurement]).step()  # another worker, at once: it has rested for too short
    assert (first.times, second.times) == (1, 0)
    with database.reading() as connection:
        [row] = stored(connection)
        assert samples_of(row) == [metrics.MONEY_ENTITLED.at(2**53 - 1, "city")]


@pytest.mark.parametrize(
    ("ago", "took", "due"), [(16, 0.001, True), (14, 0.001, False), (90, 1.0, False), (110, 1.0, True)]
)
def test_it_rests_a_hundred_times_as_long_as_it_took(database: Database, ago: float, took: float, due: bool) -> None:
    with database.transaction() as connection:
        store(connection, "money", [], took)
        connection.execute(
            text("UPDATE measurements SET measured_at = now() - make_interval(secs => :ago)"), {"ago": ago}
        )
    counted = Counted()
    stored_gauges_loop(database, [counted.measurement]).step()
    assert counted.times == int(due)


def test_one_worker_measures_while_others_go_on(database: Database) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slowly(_: Connection) -> Sequence[Sample]:
        begun.set()
        finish.wait(30)
        return []

    thread = threading.Thread(target=stored_gauges_loop(database, [StoredGauges("money", slowly)]).step)
    thread.start()
    begun.wait(30)
    other = Counted()
    stored_gauges_loop(database, [other.measurement]).step()
    finish.set()
    thread.join()
    assert other.times == 0


def test_gauges_of_another_version_are_left_out(database: Database) -> None:
    with database.transaction() as connection:
        store(connection, "money", [metrics.MONEY_ENTITLED.at(1, "city")], 0.1)
        connection.execute(
            text("""UPDATE measurements SET figures = figures || '[["gone_fen", ["city"], 1]]'::jsonb""")
        )
    with database.reading() as connection:
        assert [value.metric.name for value in samples_of(stored(connection)[0])] == ["money_entitled_fen"]


def test_a_failing_loop_is_reported_by_the_type_of_its_error_until_its_process_ends(database: Database) -> None:
    def fail() -> bool:
        raise ValueError("91331100MA2000061E")

    stopping = threading.Event()
    loops = [Loop("funding-pass", lambda: False), Loop("account-pass", fail)]
    threads = [threading.Thread(target=loop.run, args=(stopping,)) for loop in loops]
    for thread in threads:
        thread.start()
    while not loops[1].health.failures or loops[0].health.succeeded is None:
        time.sleep(0.01)
    stopping.set()
    for thread in threads:
        thread.join()
    beat = heartbeat_loop(database, "worker", loops)
    beat.step()
    with database.reading() as connection:
        reported = {loop["loop"]: (loop["failures"] > 0, loop["error"]) for loop in loop_states(connection)}
        failing = [v.value for v in read_gauges(connection, lambda _: (), ()) if v.metric.name == "loops_failing"]
    assert reported == {"funding-pass": (False, None), "account-pass": (True, "ValueError")}
    assert failing == [1]
    beat.close()
    with database.reading() as connection:
        assert loop_states(connection) == []


def test_a_process_that_stops_reporting_is_forgotten(database: Database) -> None:
    heartbeat_loop(database, "relay", [Loop("relay", lambda: False)]).step()
    with as_owner(database) as connection:
        connection.execute(text("UPDATE loop_states SET told_at = now() - interval '61 seconds', instance = 'gone:1'"))
    with database.reading() as connection:
        assert loop_states(connection) == []
    heartbeat_loop(database, "relay", [Loop("relay", lambda: False)]).step()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM loop_states")).scalar_one() == 1


def test_lag_is_what_the_group_has_not_received_and_the_age_of_the_oldest(database: Database, broker: Broker) -> None:
    topic, group = topics.EVALUATION_SHARDS, f"lag-{uuid4().hex}"
    producer: KafkaProducer = kafka.producer(broker.cluster, "lag-test")
    for number in range(20):
        producer.send(topic, key=str(number).encode(), value=b"{}")
    producer.flush()
    producer.close()
    clock = FixedClock(SystemClock().now() + timedelta(seconds=600))
    measure = consumer_lag(broker.cluster, {topic: group}, clock).compute

    def behind() -> tuple[float, float]:
        with database.reading() as connection:
            messages, seconds = measure(connection)
        assert (messages.metric.name, seconds.metric.name) == (
            "consumer_lag_messages",
            "consumer_oldest_unprocessed_seconds",
        )
        return messages.value, seconds.value

    messages, seconds = behind()
    assert messages >= 20 and seconds >= 500
    consumer = Consumer(database, broker.cluster, topic, group, lambda *_: None, LENIENT)
    deadline = time.monotonic() + 60
    while behind()[0] and time.monotonic() < deadline:
        consumer.step()
    consumer.close()
    assert behind() == (0, 0.0)
