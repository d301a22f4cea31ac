"""What we make of an article: sentences, terms, a summary, related articles. Pure."""
