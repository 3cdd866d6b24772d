-- The UTC day of a moment, whatever the session's time zone is.
CREATE OR REPLACE TEMP MACRO date_text(moment, language) AS
    CASE language
        WHEN 'pt' THEN strftime(make_timestamp(epoch_us(moment)), '%d/%m/%Y')
        ELSE strftime(make_timestamp(epoch_us(moment)), '%Y-%m-%d')
    END;
