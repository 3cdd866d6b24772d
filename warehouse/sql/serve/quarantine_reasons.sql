SELECT q.source, q.provider, q.reason, count(*) AS rows, any_value(q.detail ORDER BY q.detail) AS example
FROM quarantine AS q
WHERE ($source IS NULL OR q.source = $source)
  AND ($reason IS NULL OR q.reason = $reason)
GROUP BY ALL
ORDER BY rows DESC, q.source, q.reason;
