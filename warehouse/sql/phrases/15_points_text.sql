-- Some of `total` things that have commas in them, and how many more there are.
CREATE OR REPLACE TEMP MACRO points_text(shown, total, language) AS
    array_to_string(shown, '; ')
    || CASE
        WHEN total > len(shown)
            THEN say(language, '; and ', '; e mais ') || number_text(total - len(shown), language) || say(language, ' more', '')
        ELSE ''
    END;
