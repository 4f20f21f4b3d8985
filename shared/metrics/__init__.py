"""What happened in each minute: counted from events, asked by the console and the costs."""
