-- The data of an event about a payment order (shared/events/payment_orders.py), without members that are null.
-- Only the bank's texts can need escaping: concat takes a third of the time of json_build_object.
CREATE FUNCTION order_event(o payment_orders) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT concat('{"order_id":"', o.id, '","award_id":"', o.award_id, '","version":', o.version, ',"unit":"', o.unit,
                  '","instalment":', o.instalment, ',"due_year":', o.due_year, ',"amount_fen":', o.amount_fen,
                  ',"payee_uscc":"', o.payee_uscc, '"',
                  ',"occurred_on":"' || o.result_on::text || '"',
                  ',"bank_reference":' || to_json(o.bank_reference)::text,
                  ',"reason":' || to_json(o.result_reason)::text, '}')
$$;
