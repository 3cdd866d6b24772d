-- at AWS; na AWS, no Google Cloud.
CREATE OR REPLACE TEMP MACRO at_text(company, title, language) AS
    say(language, 'at ', CASE WHEN masculine(company) THEN 'no ' ELSE 'na ' END) || title;
