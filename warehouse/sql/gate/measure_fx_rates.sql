-- One row a staged rate, beside the one it should be near: what the same source said last, up to that day;
-- if it is new, the latest known rate, of about the same days; else the day before in its own history. Of
-- those, a step that the next day keeps is true (currencies are reformed and devalued); the others are
-- believed when an earlier batch was refused about the same, or the source still says so later.
CREATE OR REPLACE TEMP TABLE measured_fx_rates AS
WITH
stated AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY currency, rate_date, source, units_per_usd ORDER BY row_number) AS copy,
        lag(units_per_usd) OVER days AS before,
        lead(units_per_usd) OVER days AS after
    FROM staged_fx_rates
    WINDOW days AS (PARTITION BY currency, source ORDER BY rate_date, row_number)
),
placed AS (
    SELECT
        s.*, latest.units_per_usd AS latest,
        CASE WHEN held.rate_date >= s.rate_date - $comparable_days::INTEGER THEN held.units_per_usd END AS held
    FROM stated AS s
    ASOF LEFT JOIN (SELECT * FROM fx_observed WHERE batch_id <> $batch_id) AS held
        ON held.currency = s.currency AND held.source = s.source AND held.rate_date <= s.rate_date
    LEFT JOIN fx_latest AS latest
        ON latest.currency = s.currency AND abs(latest.rate_date - s.rate_date) <= $confirmed_days
),
compared AS (
    SELECT
        *,
        coalesce(held, latest, before) AS previous,
        $seen_again::BOOLEAN
        OR (coalesce(held, latest) IS NULL AND near(after, units_per_usd, $move_percent))
        OR EXISTS (
            SELECT 1
            FROM quarantine AS q
            JOIN batches AS b USING (batch_id)
            WHERE q.reason = 'moved' AND q.source = p.source AND q.currency = p.currency AND q.service = 'fx_rates'
              AND q.batch_id <> $batch_id AND b.verdict <> 'refused' AND q.as_of <= $as_of
              AND near(q.price, p.units_per_usd, $move_percent)
        ) AS believed
    FROM placed AS p
)
SELECT
    row_number,
    currency,
    units_per_usd::DOUBLE AS rate,
    date_diff('day', ($observed_at AT TIME ZONE 'UTC')::DATE, rate_date) AS days_ahead,
    copy,
    count(*) FILTER (copy = 1 AND units_per_usd > 0) OVER (PARTITION BY currency, rate_date, source) AS rivals,
    previous,
    CASE WHEN NOT believed AND previous > 0 AND units_per_usd > 0
         THEN (units_per_usd / previous - 1)::DOUBLE * 100 END AS move_percent
FROM compared;
