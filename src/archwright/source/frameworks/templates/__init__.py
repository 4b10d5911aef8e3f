"""Template languages: what renders a template, and what its tags and filters do."""
