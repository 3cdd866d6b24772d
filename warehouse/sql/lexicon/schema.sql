CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    provider TEXT,
    document TEXT NOT NULL
);
CREATE TABLE names (name TEXT, id INTEGER, own INTEGER, PRIMARY KEY (name, id)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(title, keywords, body, content='', tokenize="ascii tokenchars '._-/'");
