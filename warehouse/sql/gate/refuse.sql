-- One reason a row: of several, the one whose expectation stands first.
CREATE OR REPLACE TEMP TABLE refusals AS
SELECT staged, row_number, arg_min(reason, place) AS reason
FROM found
GROUP BY staged, row_number;
