SELECT language, term, expansion FROM synonyms;
