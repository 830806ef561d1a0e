"""Full text over the articles: one language for queries, and two indexes that answer it in the same way.

    query = parsing.parse('职工创新 来源:"新华社" 2023-12 -广告')
    results = index.search(query, at=now)

``embedded.EmbeddedIndex`` is a folder on the machine's own disk and the default. ``postgres.PostgresIndex`` is its twin
for several web nodes. ``interface.SearchIndex`` is what both promise.
"""
