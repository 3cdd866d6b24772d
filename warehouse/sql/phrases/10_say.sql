CREATE OR REPLACE TEMP MACRO say(language, english, portuguese) AS
    CASE language WHEN 'pt' THEN portuguese ELSE english END;
