SELECT portuguese, english FROM glossary;
