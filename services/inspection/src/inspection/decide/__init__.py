"""When may it happen, and what follows? `receiving` is the dock's part, `inspecting` quality's."""
