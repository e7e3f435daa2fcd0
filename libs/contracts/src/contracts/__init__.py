"""What the five departments say to each other: events, their wire names, access and problem codes. Data only."""
