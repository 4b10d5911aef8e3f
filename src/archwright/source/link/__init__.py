"""Names across files: which module, class, function or outside library a name stands for. Reads facts, runs nothing."""
