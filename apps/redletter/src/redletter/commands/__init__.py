"""The commands of `redletter`, one module per group; main.py lists them."""
