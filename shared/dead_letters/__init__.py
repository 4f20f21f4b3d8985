"""Dead letters: looking at them, and asking for what they asked for again, without losing or doubling any."""
