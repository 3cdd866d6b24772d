-- All that will stand in quarantine, by reason; the dedicated prices are noted there, and kept.
SELECT reason, count(*)::BIGINT AS rows
FROM (
    SELECT reason FROM refusals
    UNION ALL
    SELECT 'dedicated_tenancy'
    FROM tenancy_findings AS f
    ANTI JOIN refusals AS r ON r.staged = 'prices' AND r.row_number = f.row_number
    WHERE f.verdict = 'dedicated'
)
GROUP BY reason
ORDER BY rows DESC, reason;
