-- The UTC day of a moment, whatever the session's time zone is.
CREATE OR REPLACE TEMP MACRO day_of(moment) AS make_timestamp(epoch_us(moment))::DATE;
