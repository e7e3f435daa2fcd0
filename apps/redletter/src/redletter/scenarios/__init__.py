"""What must come of it? Scenarios of the money, written by an accountant, played through accounting's own handlers."""
