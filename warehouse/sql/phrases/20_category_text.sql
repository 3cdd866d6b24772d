CREATE OR REPLACE TEMP MACRO category_text(category, language) AS
    CASE category
        WHEN 'compute' THEN say(language, 'compute (machines)', 'computação (máquinas)')
        WHEN 'storage' THEN say(language, 'storage', 'armazenamento')
        WHEN 'network' THEN say(language, 'network', 'rede')
        WHEN 'database' THEN say(language, 'databases', 'bancos de dados')
        WHEN 'ai' THEN say(language, 'language models and AI', 'modelos de linguagem e IA')
        ELSE say(language, 'other', 'outros')
    END;
