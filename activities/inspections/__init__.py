"""Known ways to fail that can be seen before anything is changed, one area a file. They only look; a step tells it."""
