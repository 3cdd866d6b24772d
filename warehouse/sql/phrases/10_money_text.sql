-- As number_text, with two decimals at least: 98.32 USD, 0.0042 USD, 1,234.50 USD.
CREATE OR REPLACE TEMP MACRO money_text(value, currency, language) AS
    CASE language
        WHEN 'pt'
            THEN translate(regexp_replace(format('{:,.6f}', value::DOUBLE), '(\.\d\d\d*?)0+$', '\1'), ',.', '.,')
        ELSE regexp_replace(format('{:,.6f}', value::DOUBLE), '(\.\d\d\d*?)0+$', '\1')
    END || ' ' || currency;
