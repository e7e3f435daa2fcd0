"""The repair shop: can it be repaired, at what price, by when, is it good now."""
