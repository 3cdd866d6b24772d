CREATE OR REPLACE TEMP MACRO purchase_text(purchase_option, language) AS
    CASE purchase_option
        WHEN 'on_demand' THEN say(language, 'on demand', 'sob demanda')
        WHEN 'spot' THEN 'spot'
        WHEN 'reserved' THEN say(language, 'reserved', 'reservada')
        WHEN 'savings_plan' THEN 'savings plan'
        WHEN 'commitment' THEN say(language, 'commitment', 'compromisso de uso')
        ELSE purchase_option
    END;
