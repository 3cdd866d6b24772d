-- of AWS; da AWS, do Google Cloud.
CREATE OR REPLACE TEMP MACRO of_text(company, title, language) AS
    say(language, 'of ', CASE WHEN masculine(company) THEN 'do ' ELSE 'da ' END) || title;
