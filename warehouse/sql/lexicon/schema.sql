CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    provider TEXT,
    language TEXT NOT NULL,
    parent TEXT,
    week TEXT,
    valid_from TEXT,
    document TEXT NOT NULL
);
CREATE INDEX documents_by_subject ON documents (subject);
CREATE TABLE shards (shard TEXT, kind TEXT, documents INTEGER, PRIMARY KEY (shard, kind)) WITHOUT ROWID;
CREATE TABLE names (
    name TEXT, mentioned INTEGER, id INTEGER, PRIMARY KEY (name, mentioned, id)
) WITHOUT ROWID;
CREATE TEMP TABLE spellings (term TEXT PRIMARY KEY, spelling TEXT, topic INTEGER) WITHOUT ROWID;
CREATE TABLE terms (
    term TEXT PRIMARY KEY, spelling TEXT, documents INTEGER, topic INTEGER
) WITHOUT ROWID;
CREATE TABLE synonyms (
    language TEXT, term TEXT, expansion TEXT, PRIMARY KEY (language, term, expansion)
) WITHOUT ROWID;
CREATE TABLE glossary (portuguese TEXT PRIMARY KEY, english TEXT) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
    title, keywords, body, content='', detail=full, tokenize="ascii tokenchars '._-/'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('words', 'row');
