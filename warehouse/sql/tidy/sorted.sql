UPDATE clustering SET sorted = sorted + added, added = 0 WHERE relation = $relation;
