CREATE OR REPLACE TEMP MACRO date_text(day, language) AS
    CASE language WHEN 'pt' THEN strftime(day, '%d/%m/%Y') ELSE strftime(day, '%Y-%m-%d') END;
