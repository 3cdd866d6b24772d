CREATE OR REPLACE TABLE open_spans AS FROM open_spans ORDER BY key_no;
