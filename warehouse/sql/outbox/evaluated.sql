SELECT snapshot FROM evaluations;
