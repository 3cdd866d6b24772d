SELECT
    d.message, m.rule, d.target, m.created_at, m.title, m.events, m.snapshot, m.body, d.attempts,
    CASE
        WHEN d.delivered_at IS NOT NULL THEN 'delivered'
        WHEN d.abandoned_at IS NOT NULL THEN 'given up'
        WHEN d.attempts > 0 THEN 'failed'
        ELSE 'waiting'
    END AS state,
    coalesce(d.delivered_at, d.abandoned_at, d.next_attempt_at) AS at, d.last_error
FROM deliveries AS d
JOIN messages AS m USING (message)
WHERE NOT :undelivered OR d.delivered_at IS NULL
ORDER BY m.created_at, d.message, d.target;
