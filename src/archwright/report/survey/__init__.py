"""What a survey found, for people: a few lines of text, and a page."""
