CREATE OR REPLACE TABLE past_spans AS FROM past_spans ORDER BY key_no, valid_from;
