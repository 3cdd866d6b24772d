-- The dumped rows as columns: each value of a row is a quoted text, a number, NULL or a call that makes a
-- text. A row with more or fewer values than its table has columns is not readable: score is null.
WITH parted AS (
    SELECT
        regexp_extract_all(
            row,
            '(?:^|,)((?:replace\()+''(?:[^'']|'''')*''(?:,''[^'']*'',char\([0-9]+\)\))+'
            || '|unistr\(''(?:[^'']|'''')*''\)|''(?:[^'']|'''')*''|[^,'']+)',
            1
        ) AS parts
    FROM dumped
),
plain AS (
    SELECT list_transform(
        parts,
        lambda part: CASE WHEN part = 'NULL' THEN NULL
                          WHEN starts_with(part, '''') THEN replace(part[2:-2], '''''', '''') ELSE part END
    ) AS parts, len(parts) = len($columns::VARCHAR[]) AS whole
    FROM parted
)
SELECT
    parts[list_position($columns::VARCHAR[], 'vendor_id')] AS vendor_id,
    coalesce(
        parts[list_position($columns::VARCHAR[], 'resource_id')],
        parts[list_position($columns::VARCHAR[], 'server_id')]
    ) AS server_id,
    lower(coalesce(parts[list_position($columns::VARCHAR[], 'resource_type')], 'server')) AS kind,
    parts[list_position($columns::VARCHAR[], 'benchmark_id')] AS benchmark,
    parts[list_position($columns::VARCHAR[], 'config')] AS config,
    parts[list_position($columns::VARCHAR[], 'status')] AS status,
    parts[list_position($columns::VARCHAR[], 'observed_at')] AS observed_at,
    CASE WHEN whole THEN TRY_CAST(parts[list_position($columns::VARCHAR[], 'score')] AS DOUBLE) END AS score
FROM plain
