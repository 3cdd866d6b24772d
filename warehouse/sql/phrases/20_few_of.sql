-- The first `n` of a list, and how many more there are.
CREATE OR REPLACE TEMP MACRO few_of(list, n, language) AS
    array_to_string(list[1:n], ', ')
    || CASE
        WHEN len(list) > n
            THEN say(language, ' and ', ' e mais ') || number_text(len(list) - n, language) || say(language, ' more', '')
        ELSE ''
    END;
