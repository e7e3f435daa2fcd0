"""A retailer's books in the shape of UCI "Online Retail": read them, and play every return through the departments."""
