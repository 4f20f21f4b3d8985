"""What fans write every day: whole phrases of six languages, and nothing else."""
