"""The RMA office: may it come back, under which number, with whose approval, and what happens next."""
