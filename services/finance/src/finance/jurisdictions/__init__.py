"""What lies behind the law of a place: the tax platform, the form of a document, and what people do with both."""
