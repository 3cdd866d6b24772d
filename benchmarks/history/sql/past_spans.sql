INSERT INTO past_spans
SELECT key_no, $now::TIMESTAMPTZ - to_weeks(ago + 52 * year), $now::TIMESTAMPTZ - to_weeks(ago + 52 * (year - 1)),
       round(price * (1 + 0.01 * year), 4), upfront, format('{}-{}', region, ago + 52 * year),
       CASE WHEN year < earlier THEN $now::TIMESTAMPTZ - to_weeks(ago + 52 * year) END
FROM (
    SELECT *, (1 + hash(key_no) % 52)::INTEGER AS ago, unnest(range(1, earlier + 1))::INTEGER AS year FROM numbered
)
WHERE CASE WHEN $late THEN hash(key_no, year) % 10 = 0 ELSE hash(key_no, year) % 10 > 0 END
ORDER BY CASE WHEN $late THEN -(ago + 52 * year) ELSE 0 END, key_no, year DESC;
