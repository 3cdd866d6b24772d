INSERT INTO words (words) VALUES ('optimize');
