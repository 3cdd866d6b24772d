WITH checked AS (
    SELECT row_number, CASE
        WHEN percent IS NULL THEN ['percent', 'is empty', 'Write -12 for twelve percent off']
        WHEN TRY_CAST(percent AS DECIMAL(20, 10)) IS NULL THEN
            ['percent', percent || ' is not a number', 'Write -12 for twelve percent off']
        WHEN percent::DECIMAL(20, 10) NOT BETWEEN -100 AND 1000 THEN
            ['percent', percent || ' is out of range', 'Write a figure from -100 (free) to 1000']
        WHEN valid_from IS NOT NULL AND TRY_CAST(valid_from AS TIMESTAMPTZ) IS NULL THEN
            ['valid_from', valid_from || ' is not a day', 'Write it as 2026-11-01']
        WHEN valid_to IS NOT NULL AND TRY_CAST(valid_to AS TIMESTAMPTZ) IS NULL THEN
            ['valid_to', valid_to || ' is not a day', 'Write it as 2026-11-01']
        WHEN TRY_CAST(valid_to AS TIMESTAMPTZ) <= TRY_CAST(valid_from AS TIMESTAMPTZ) THEN
            ['valid_to', 'is not after valid_from', 'Exchange the two or correct one']
        WHEN count(*) OVER (PARTITION BY rule) > 1 THEN ['rule', rule || ' is used twice', 'Give each rule its own name']
    END AS problem
    FROM rows
)
SELECT row_number, problem[1] AS column_name, problem[2] AS problem, problem[3] AS fix
FROM checked
WHERE problem IS NOT NULL
ORDER BY row_number
