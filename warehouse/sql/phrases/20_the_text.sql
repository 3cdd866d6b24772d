-- AWS; A AWS, O Google Cloud: at the beginning of a sentence.
CREATE OR REPLACE TEMP MACRO the_text(company, title, language) AS
    say(language, '', CASE WHEN masculine(company) THEN 'O ' ELSE 'A ' END) || title;
