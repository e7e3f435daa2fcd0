"""Receiving dock and quality: what arrived, what is wrong with it, whose fault, what becomes of the goods."""
