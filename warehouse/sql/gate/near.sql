-- Whether one amount lies within so many percent of another.
CREATE OR REPLACE TEMP MACRO near(one, other, percent) AS
    coalesce(abs(one::DOUBLE / nullif(other::DOUBLE, 0) - 1) * 100 < percent, false);
