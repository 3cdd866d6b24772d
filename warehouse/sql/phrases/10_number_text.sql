-- 1234.5 is 1,234.5 in English and 1.234,5 in Portuguese; at most six decimals, no idle zeros.
CREATE OR REPLACE TEMP MACRO number_text(value, language) AS
    CASE language
        WHEN 'pt' THEN translate(regexp_replace(format('{:,.6f}', value::DOUBLE), '\.?0+$', ''), ',.', '.,')
        ELSE regexp_replace(format('{:,.6f}', value::DOUBLE), '\.?0+$', '')
    END;
