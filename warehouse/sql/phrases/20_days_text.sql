CREATE OR REPLACE TEMP MACRO days_text(first_moment, last_moment, language) AS
    CASE
        WHEN date_text(first_moment, language) = date_text(last_moment, language)
            THEN date_text(last_moment, language)
        ELSE date_text(first_moment, language) || say(language, ' to ', ' a ') || date_text(last_moment, language)
    END;
