UPDATE deliveries
SET attempts = attempts + 1, delivered_at = :moment, abandoned_at = NULL, last_error = NULL
WHERE message = :message AND target = :target;
