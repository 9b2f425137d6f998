"""The statements that write and read the tables of a dataset, each made from its declaration.

`staged` is the temporary table of the rows of a change set: `line`, the dataset's fields, which of them are absent, and the field
of the key that got the spelling on record (`staging.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.datasets.tables import drafted_name, history_name
from services.registry.revisions.sql_fragments import (
    differ,
    has_value,
    json_row,
    listed,
    names_any_of,
    owner_at,
    rows_at,
    same,
)
from shared.catalogue.checks import ABSENT
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Subjects
from shared.events.facts_revised import MAX_KEYS


def create_staged(dataset: Dataset, staged: str) -> str:
    """Create the temporary table, which ends with the transaction."""
    return f"""
        CREATE TEMP TABLE {staged} ON COMMIT DROP AS
        SELECT CAST(NULL AS bigint) AS line, {listed(dataset.names)}, CAST(NULL AS bigint) AS {ABSENT},
               CAST(NULL AS text) AS respelled FROM {dataset.name} WITH NO DATA
    """


def lines_of_other_holders(staged: str) -> str:
    """Return the lines of accounts whose holder is not the enterprise, as `quality/signs.py` looks for them."""
    return f"SELECT i.line FROM {staged} AS i WHERE {_has_other_holder('i')} ORDER BY i.line"


def _has_other_holder(account: str) -> str:
    return f"""EXISTS (SELECT 1 FROM enterprises AS e WHERE e.uscc = {account}.uscc
                       AND code_key(e.name) <> code_key({account}.account_holder))"""


def has_repeated_key(dataset: Dataset, staged: str) -> str:
    """Return a row if any key is staged more than once."""
    return f"SELECT 1 FROM {staged} GROUP BY {listed(dataset.key)} HAVING count(*) > 1 LIMIT 1"


def conflicting_lines(dataset: Dataset, staged: str) -> str:
    """Return the lines whose key is staged with other content too."""
    return f"""
        SELECT DISTINCT a.line FROM {staged} AS a
        JOIN {staged} AS b ON {same(dataset.key, "a", "b")} AND a.line <> b.line
            AND {differ((*dataset.values, ABSENT), "a", "b")}
    """


def delete_repetitions(dataset: Dataset, staged: str) -> str:
    """Keep the first of the rows with one key."""
    return f"""
        DELETE FROM {staged} AS a
        USING (SELECT line, row_number() OVER (PARTITION BY {listed(dataset.key)} ORDER BY line) AS place FROM {staged}) AS b
        WHERE a.line = b.line AND b.place > 1
    """


def lines_of_unknown_enterprises(staged: str, field: str) -> str:
    """Return the lines whose `field` names an enterprise that is not recorded."""
    return (
        f"SELECT i.line FROM {staged} AS i WHERE NOT EXISTS (SELECT 1 FROM enterprises AS e WHERE e.uscc = i.{field})"
    )


def lines_of_unknown_subjects(staged: str, subjects: Subjects, record: str) -> str:
    """Return the lines of `:awards`, which are about rows of `record`, whose subject is the key of none."""
    subject = f"i.{subjects.field}" if record != "enterprises" else f"split_part(i.{subjects.field}, ':', 1)"
    key = listed([name for name in CATALOGUE[record].key if name != "year"], "r.")
    return f"""
        SELECT i.line FROM {staged} AS i WHERE i.{subjects.award} = ANY(:awards)
        AND NOT EXISTS (SELECT 1 FROM {record} AS r WHERE concat_ws(':', {key}) = {subject})
    """


def overlapping_lines(dataset: Dataset, staged: str) -> str:
    """Return the lines whose period overlaps another one of their group, staged or current.

    A current row whose key is staged too is about to be replaced, so it does not count.
    """
    period = dataset.period
    assert period is not None

    def days(row: str) -> str:
        return f"daterange({row}.{period.first}, {row}.{period.last})"

    overlapping = f"{same(period.apart, 'i', 'o')} AND {days('i')} && {days('o')}"
    return f"""
        SELECT i.line FROM {staged} AS i JOIN {staged} AS o ON {overlapping} AND i.line <> o.line
        UNION
        SELECT i.line FROM {staged} AS i JOIN {dataset.name} AS o ON {overlapping} AND NOT ({same(dataset.key, "i", "o")})
        WHERE NOT EXISTS (SELECT 1 FROM {staged} AS r WHERE {same(dataset.key, "r", "o")})
    """


def keep_absent(dataset: Dataset, staged: str) -> str:
    """Give staged rows the current values of the fields that they do not give."""
    kept = ", ".join(
        f"{item.name} = CASE WHEN i.{ABSENT} & {2**place} > 0 THEN c.{item.name} ELSE i.{item.name} END"
        for place, item in enumerate(dataset.fields)
        if item.optional
    )
    return f"""
        UPDATE {staged} AS i SET {kept} FROM {dataset.name} AS c WHERE i.{ABSENT} > 0 AND {same(dataset.key, "c", "i")}
    """


def delete_unchanged(dataset: Dataset, staged: str) -> str:
    """Delete the staged rows that are current as they are."""
    return f"""
        DELETE FROM {staged} AS i USING {dataset.name} AS c
        WHERE {same(dataset.key, "c", "i")} AND NOT ({differ(dataset.values, "c", "i")})
    """


def cleared_values(dataset: Dataset, staged: str) -> str:
    """Return the lines and fields that are empty where the current row has a value."""
    optional = [item.name for item in dataset.fields if item.optional]
    fields = ", ".join(f"('{name}', i.{name} IS NULL AND c.{name} IS NOT NULL)" for name in optional)
    any_empty = " OR ".join(f"i.{name} IS NULL" for name in optional)
    return f"""
        SELECT i.line, v.field FROM {staged} AS i JOIN {dataset.name} AS c ON {same(dataset.key, "c", "i")}
        CROSS JOIN LATERAL (VALUES {fields}) AS v (field, clears) WHERE ({any_empty}) AND v.clears ORDER BY 1
    """


def lines_of_unknown_keys(dataset: Dataset, staged: str) -> str:
    """Return the lines whose key is not current."""
    return f"""
        SELECT i.line FROM {staged} AS i
        WHERE NOT EXISTS (SELECT 1 FROM {dataset.name} AS c WHERE {same(dataset.key, "c", "i")}) ORDER BY 1
    """


def lines_of_referenced_enterprises(staged: str) -> str:
    """Return the lines of staged enterprises that a current row of any dataset names."""
    return " UNION ".join(
        f"SELECT i.line FROM {staged} AS i JOIN {dataset.name} AS o ON o.{name} = i.uscc"
        for dataset in CATALOGUE.values()
        for name in dataset.references
    )


def _changed(dataset: Dataset) -> str:
    return f"{same(dataset.key, 'c', 'i')} AND {differ(dataset.values, 'c', 'i')}"


def _to_history(dataset: Dataset, staged: str, revision: int, matched: str) -> str:
    return f"""
        INSERT INTO {history_name(dataset.name)} ({listed(dataset.names)}, revision, replaced_in)
        SELECT {listed(dataset.names, "c.")}, c.revision, {revision:d} FROM {dataset.name} AS c JOIN {staged} AS i ON {matched}
    """


def keep_replaced(dataset: Dataset, staged: str, revision: int) -> str:
    """Copy the current rows that staged ones replace to the history."""
    return _to_history(dataset, staged, revision, _changed(dataset))


def replace(dataset: Dataset, staged: str, revision: int) -> str:
    """Overwrite current rows by staged ones with the same key and other values."""
    values = ", ".join(f"{name} = i.{name}" for name in dataset.values)
    return f"""
        UPDATE {dataset.name} AS c SET {values}, revision = {revision:d} FROM {staged} AS i WHERE {_changed(dataset)}
    """


def insert_new(dataset: Dataset, staged: str, revision: int, *, occupied: bool) -> str:
    """Add the staged rows whose key is not current: all of them unless the table is `occupied`.

    In key order the index grows at its end, and snapshots find the rows sorted already.
    """
    new = (
        f"WHERE NOT EXISTS (SELECT 1 FROM {dataset.name} AS c WHERE {same(dataset.key, 'c', 'i')})" if occupied else ""
    )
    return f"""
        INSERT INTO {dataset.name} ({listed(dataset.names)}, revision)
        SELECT {listed(dataset.names, "i.")}, {revision:d} FROM {staged} AS i {new} ORDER BY {listed(dataset.key, "i.")}
    """


def keep_withdrawn(dataset: Dataset, staged: str, revision: int) -> str:
    """Copy the current rows with the staged keys to the history."""
    return _to_history(dataset, staged, revision, same(dataset.key, "c", "i"))


def delete_withdrawn(dataset: Dataset, staged: str) -> str:
    """Delete the current rows with the staged keys."""
    return f"DELETE FROM {dataset.name} AS c USING {staged} AS i WHERE {same(dataset.key, 'c', 'i')}"


def _against_current(dataset: Dataset, staged: str) -> str:
    return f"FROM {staged} AS i LEFT JOIN {dataset.name} AS c ON {same(dataset.key, 'c', 'i')}"


def count_changes(dataset: Dataset, staged: str) -> str:
    """Count the staged rows that are new (`inserted`), and those with other values than the current ones (`replaced`)."""
    new = f"c.{dataset.key[0]} IS NULL"
    return f"""
        SELECT count(*) FILTER (WHERE {new}) AS inserted,
               count(*) FILTER (WHERE NOT {new} AND {differ(dataset.values, "c", "i")}) AS replaced
        {_against_current(dataset, staged)}
    """


def draft_changed(dataset: Dataset, staged: str) -> str:
    """Keep in the draft `:draft` the staged rows that are new or differ from the current ones."""
    return f"""
        INSERT INTO {drafted_name(dataset.name)} (draft_id, {listed(dataset.names)})
        SELECT :draft, {listed(dataset.names, "i.")} {_against_current(dataset, staged)}
        WHERE c.{dataset.key[0]} IS NULL OR {differ(dataset.values, "c", "i")}
    """


def draft_withdrawn(dataset: Dataset, staged: str) -> str:
    """Keep in the draft `:draft` the current rows with the staged keys."""
    return f"""
        INSERT INTO {drafted_name(dataset.name)} (draft_id, {listed(dataset.names)})
        SELECT :draft, {listed(dataset.names, "c.")} FROM {dataset.name} AS c JOIN {staged} AS i ON {same(dataset.key, "c", "i")}
    """


def changed_since(dataset: Dataset, revision: int) -> str:
    """Count the keys of the draft `:draft` that revisions after `revision` have set or ended, other than to what it holds."""
    key = same(dataset.key, "d", "r")
    values = [f"ROW({listed(dataset.names, prefix)})" for prefix in ("r.", "d.")]
    return f"""
        SELECT count(*) FROM {drafted_name(dataset.name)} AS d WHERE d.draft_id = :draft AND (
            EXISTS (SELECT 1 FROM {dataset.name} AS r WHERE {key} AND r.revision > {revision:d})
            OR EXISTS (SELECT 1 FROM {history_name(dataset.name)} AS r WHERE {key} AND r.replaced_in > {revision:d}))
        AND NOT EXISTS (SELECT 1 FROM {dataset.name} AS r WHERE {key} AND {" IS NOT DISTINCT FROM ".join(values)})
    """


def stage_drafted(dataset: Dataset, staged: str, names: Sequence[str]) -> str:
    """Stage these fields of the rows of the draft `:draft`, numbered from 0 in the order of their keys."""
    return f"""
        INSERT INTO {staged} (line, {listed(names)})
        SELECT row_number() OVER (ORDER BY {listed(dataset.key)}) - 1, {listed(names)}
        FROM {drafted_name(dataset.name)} WHERE draft_id = :draft
    """


def page_of_draft(dataset: Dataset, base: int, *, own: bool, follows: bool) -> str:
    """Return up to `:limit` rows of the draft `:draft` in key order, each with the row of revision `base` that it concerns.

    If they are an enterprise's `own`, those of `:own_uscc`. If it `follows` a page, those after its last key (`:a_name`).
    """
    after = (
        f"AND ({listed(dataset.key, 'd.')}) > ({listed([f'a_{name}' for name in dataset.key], ':')})" if follows else ""
    )
    holder_differs = _has_other_holder("d") if dataset.name == "payee_accounts" else "CAST(NULL AS boolean)"
    return f"""
        SELECT {listed(dataset.key, "d.")}, {holder_differs} AS holder_differs, {json_row(dataset, "d")} AS drafted,
               CASE WHEN b.revision IS NOT NULL THEN {json_row(dataset, "b")} END AS before
        FROM {drafted_name(dataset.name)} AS d LEFT JOIN ({rows_at(dataset, base)}) AS b ON {same(dataset.key, "d", "b")}
        WHERE d.draft_id = :draft {"AND d.uscc = :own_uscc" if own else ""} {after}
        ORDER BY {listed(dataset.key, "d.")} LIMIT :limit
    """


def announce(dataset: Dataset, revision: int, *, added: bool, ended: bool) -> str:
    """Write one event per owner before or after `revision` to the outbox, with at most MAX_KEYS keys each.

    `added`: the revision has new rows; `ended`: it ended others. The ids of the events are UUIDs of version 8, a hash of one
    random id and of their number: random numbers for a thousand events would take longer than all the rest.
    """
    key = f"json_build_array({listed(dataset.key)})"
    return f"""
        INSERT INTO event_batches (topic, type, source, occurred_at, trace_parent, events, keys, event_ids, data)
        SELECT :topic, :type, :source, :at, CAST(:trace AS text), count(*), array_agg(owner ORDER BY number),
               array_agg(overlay(overlay(encode(substr(sha256((SELECT uuid_send(uuidv7())) || int8send(number)), 1, 16), 'hex')
                   PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid ORDER BY number), array_agg(data ORDER BY number)
        FROM (SELECT row_number() OVER (ORDER BY owner, part) AS number, owner, row_to_json(event)::text AS data
              FROM (SELECT owner, array_agg({key} ORDER BY {listed(dataset.key)}) AS keys
                    FROM ({_touched_keys(dataset, revision, added=added, ended=ended)}) AS touched
                    WHERE owner IS NOT NULL GROUP BY owner) AS owned,
                   generate_series(0, (cardinality(keys) - 1) / {MAX_KEYS}) AS part,
                   LATERAL (SELECT {revision:d} AS revision, '{dataset.name}' AS dataset, owner AS uscc,
                                   to_json(keys[part * {MAX_KEYS} + 1 : (part + 1) * {MAX_KEYS}]) AS keys) AS event) AS told
        GROUP BY (number - 1) / 500 ORDER BY (number - 1) / 500
    """


def _touched_keys(dataset: Dataset, revision: int, *, added: bool, ended: bool) -> str:
    """Write the query of (owner, key) of every row that the revision made or ended."""
    sources = []
    if added:
        sources.append(f"FROM {dataset.name} WHERE revision = {revision:d}")
    if ended:
        sources.append(f"FROM {history_name(dataset.name)} WHERE replaced_in = {revision:d}")
    key = listed(dataset.key)
    if dataset.owners:
        return " UNION ".join(f"SELECT {name} AS owner, {key} {rows}" for rows in sources for name in dataset.owners)
    parent, parent_key = dataset.parent, dataset.key[0]
    owners = f"""SELECT {parent_key} AS parent_key, uscc AS owner FROM {parent}
        UNION SELECT {parent_key}, uscc FROM {history_name(parent)} WHERE replaced_in = {revision:d}"""
    rows = " UNION ".join(f"SELECT {key} {rows}" for rows in sources)
    return (
        f"SELECT owner, {key} FROM ({rows}) AS rows JOIN ({owners}) AS owners ON owners.parent_key = rows.{parent_key}"
    )


def page_of_records(dataset: Dataset, revision: int, where: str, filters: Sequence[str], *, follows: bool) -> str:
    """Return up to `:limit` rows at `revision` in key order: those with the fields `filters` (`:f_name`), and if it
    `follows` a page those after its last key (`:a_name`).
    """
    conditions = [has_value(dataset, name, f":f_{name}") for name in filters]
    if follows:
        conditions.append(f"({listed(dataset.key)}) > ({listed([f'a_{name}' for name in dataset.key], ':')})")
    rows = rows_at(dataset, revision, " AND ".join([*conditions, where]))
    return f"{rows} ORDER BY {listed(dataset.key)} LIMIT :limit"


def records_of_enterprises() -> str:
    """Return the rows that name one of `:codes` at `:revision`, by dataset and key, all but those of `enterprises`.

    Everything is bound, so the database plans this once per connection.
    """
    parts = [
        f"SELECT {place} AS place, '{dataset.name}' AS dataset, CAST({json_row(dataset, 'r', 'revision')} AS text) AS record,"
        f" row_number() OVER (ORDER BY {listed(dataset.key, 'r.')}) AS number FROM"
        f" ({rows_at(dataset, ':revision', names_any_of(dataset, 'CAST(:codes AS text[])', ':revision'))}) AS r"
        for place, dataset in enumerate(CATALOGUE.values())
        if dataset.owned and dataset.name != "enterprises"
    ]
    return " UNION ALL ".join(parts) + " ORDER BY place, number"


def versions_of_record(dataset: Dataset, fields: Sequence[str], where: str) -> str:
    """Return every version of the records with these values of `fields` (`:name`), with the revisions that made and ended it.

    The columns of revisions get distinct names: datasets have fields of the same names.
    """
    matching = " AND ".join([*(has_value(dataset, name, f":{name}") for name in fields), where])
    names = listed(dataset.names)
    return f"""
        SELECT v.*, made.actor AS made_actor, made.confirmed_by AS made_confirmed, made.recorded_at AS made_at,
               made.source AS made_source, made.reason AS made_reason, ended.kind AS ended_kind, ended.actor AS ended_actor,
               ended.recorded_at AS ended_at, ended.reason AS ended_reason
        FROM (SELECT {names}, revision, CAST(NULL AS bigint) AS replaced_in FROM {dataset.name} WHERE {matching}
              UNION ALL
              SELECT {names}, revision, replaced_in FROM {history_name(dataset.name)} WHERE {matching}) AS v
        JOIN revisions AS made ON made.revision = v.revision
        LEFT JOIN revisions AS ended ON ended.revision = v.replaced_in
        ORDER BY v.revision
    """


def changes(dataset: Dataset, after: int, until: int, visible: tuple[str, str] | None) -> str:
    """Return per key that differs between two revisions the owners and the rows before (`b`) and after (`a`), in key order.

    `visible`: the conditions on rows at `after` and at `until` of which one has to hold; None where all changes are shown.
    A row that was changed and changed back is left out.
    """
    columns, past = f"{listed(dataset.names)}, revision", history_name(dataset.name)
    key = ", ".join(f"coalesce(a.{name}, b.{name})" for name in dataset.key)
    owner_before, owner_after = owner_at(dataset, "b", after), owner_at(dataset, "a", until)
    owners = ", ".join(f"{row}.{name}" for row in "ba" for name in dataset.owners) or f"{owner_before}, {owner_after}"
    shown = either = ""
    if visible is not None:
        shown = f""",
             vb AS (SELECT {listed(dataset.key)} FROM b WHERE {visible[0]}),
             va AS (SELECT {listed(dataset.key)} FROM a WHERE {visible[1]})"""
        either = f"""AND (EXISTS (SELECT 1 FROM vb WHERE {same(dataset.key, "vb", "b")})
               OR EXISTS (SELECT 1 FROM va WHERE {same(dataset.key, "va", "a")}))"""
    return f"""
        WITH b AS (SELECT {columns} FROM {past}
                   WHERE revision <= {after:d} AND replaced_in > {after:d} AND replaced_in <= {until:d}),
             a AS (SELECT {columns} FROM {dataset.name} WHERE revision > {after:d} AND revision <= {until:d}
                   UNION ALL
                   SELECT {columns} FROM {past}
                   WHERE revision > {after:d} AND revision <= {until:d} AND replaced_in > {until:d}){shown}
        SELECT '{dataset.name}' AS dataset,
               json_build_array({key})::text AS key,
               coalesce(a.revision, (SELECT max(h.replaced_in) FROM {past} AS h WHERE {same(dataset.key, "h", "b")}
                                     AND h.replaced_in > {after:d} AND h.replaced_in <= {until:d})) AS revision,
               {owner_before}::text AS uscc_before,
               {owner_after}::text AS uscc_after,
               ARRAY(SELECT DISTINCT named FROM unnest(ARRAY[{owners}]::text[]) AS named
                     WHERE named IS NOT NULL ORDER BY named) AS enterprises,
               CASE WHEN b.revision IS NOT NULL THEN {json_row(dataset, "b")}::text END AS before,
               CASE WHEN a.revision IS NOT NULL THEN {json_row(dataset, "a")}::text END AS after
        FROM b FULL JOIN a ON {same(dataset.key, "b", "a")}
        WHERE ({listed(dataset.names, "b.")}) IS DISTINCT FROM ({listed(dataset.names, "a.")}) {either}
        ORDER BY {key}
    """
