UPDATE deliveries
SET attempts = attempts + 1, next_attempt_at = :next, abandoned_at = :abandoned, last_error = :reason
WHERE message = :message AND target = :target AND delivered_at IS NULL;
