-- Since when figures are in force: one day, or the days between which each of them began.
CREATE OR REPLACE TEMP MACRO since_text(first_day, last_day, language) AS
    CASE
        WHEN first_day = last_day THEN say(language, 'since ', 'desde ') || date_text(first_day, language)
        ELSE format(
            say(language, 'since dates between {} and {}', 'desde datas entre {} e {}'),
            date_text(first_day, language), date_text(last_day, language)
        )
    END;
