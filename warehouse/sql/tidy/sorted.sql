UPDATE clustering SET sorted = $rows, added = 0 WHERE relation = $relation;
