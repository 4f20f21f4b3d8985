"""Video analysis: what an uploaded video shows and says, and how to present it."""
