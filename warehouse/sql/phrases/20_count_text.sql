-- A number and what is counted: 1 region, 24 regions.
CREATE OR REPLACE TEMP MACRO count_text(number, one, several, language) AS
    number_text(number, language) || ' ' || CASE number WHEN 1 THEN one ELSE several END;
