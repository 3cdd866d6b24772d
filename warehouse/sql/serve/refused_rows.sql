-- Rows that the quality gate refused, by source, provider and reason.
SELECT source, provider, reason, count(*) AS rows
FROM quarantine
WHERE $providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider)
GROUP BY ALL
ORDER BY rows DESC, source, provider, reason;
