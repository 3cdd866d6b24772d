SELECT
    count(*) FILTER (score IS NOT NULL AND server_id IS NOT NULL AND benchmark IS NOT NULL) AS readable,
    count(*) - readable AS unreadable
FROM scores
