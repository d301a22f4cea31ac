"""From the outside world to stored articles: sources, fetch, normalize, enrich, store."""
