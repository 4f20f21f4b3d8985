"""Operations: the sweep, the monitor, dead letters, jobs, costs, health, and the operator's console."""
