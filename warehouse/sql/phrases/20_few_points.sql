-- As few_of, of things that have commas in them.
CREATE OR REPLACE TEMP MACRO few_points(list, n, language) AS
    array_to_string(list[1:n], '; ')
    || CASE
        WHEN len(list) > n
            THEN say(language, '; and ', '; e mais ') || number_text(len(list) - n, language) || say(language, ' more', '')
        ELSE ''
    END;
