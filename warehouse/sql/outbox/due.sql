SELECT d.message, d.target, d.attempts, m.created_at, m.title, m.body
FROM deliveries AS d
JOIN messages AS m USING (message)
WHERE d.delivered_at IS NULL AND (d.abandoned_at IS NULL OR :abandoned) AND (:moment IS NULL OR d.next_attempt_at <= :moment)
ORDER BY m.created_at, d.message, d.target;
