-- count_waiting: How many open proposals wait for each thing?
SELECT step, count(*) FROM decisions d
CROSS JOIN LATERAL waiting_for(d, :notice_days) w CROSS JOIN LATERAL unnest(w.waiting_for) step
WHERE d.state IN ('proposed', 'in_notice', 'suspended') GROUP BY step;
