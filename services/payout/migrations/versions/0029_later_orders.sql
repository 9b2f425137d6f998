-- How many later instalments wait to be released, by what a task groups them by. Each statement that changes orders adds the differences
-- that it makes, so nobody waits for a counter; a worker adds the rows up from time to time.
CREATE TABLE later_orders (
    id bigint GENERATED ALWAYS AS IDENTITY,
    unit text NOT NULL,
    due_year smallint NOT NULL,
    changed_on date NOT NULL,
    orders integer NOT NULL,
    CONSTRAINT pk_later_orders PRIMARY KEY (id)
);
COMMENT ON TABLE later_orders IS 'Differences of how many orders of later instalments wait to be released: their sums are what payment orders say';

CREATE FUNCTION count_later_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO later_orders (unit, due_year, changed_on, orders)
        SELECT unit, due_year, (changed_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
        FROM new_rows WHERE live AND waiting_for = 'release' AND instalment > 1 GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO later_orders (unit, due_year, changed_on, orders)
        SELECT unit, due_year, (changed_at AT TIME ZONE 'Asia/Shanghai')::date, sum(difference)
        FROM (SELECT unit, due_year, changed_at, live, waiting_for, instalment, 1 AS difference FROM new_rows
              UNION ALL
              SELECT unit, due_year, changed_at, live, waiting_for, instalment, -1 FROM old_rows) rows
        WHERE live AND waiting_for = 'release' AND instalment > 1 GROUP BY 1, 2, 3 HAVING sum(difference) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payment_orders_counted_new AFTER INSERT ON payment_orders REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_later_orders();
CREATE TRIGGER payment_orders_counted_changed AFTER UPDATE ON payment_orders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_later_orders();
INSERT INTO later_orders (unit, due_year, changed_on, orders)
SELECT unit, due_year, (changed_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
FROM payment_orders WHERE live AND state = 'waiting' AND waiting_for = 'release' AND instalment > 1 GROUP BY 1, 2, 3;
