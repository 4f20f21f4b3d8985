"""Content suggestions: ideas for a creator's next post, message, story, photo or video."""
