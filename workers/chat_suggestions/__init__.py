"""Chat suggestions: three replies to a fan's message that a creator can tap."""
