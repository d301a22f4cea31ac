"""From stored articles to what subscribers read: selection, editions, pages, server, commands."""
