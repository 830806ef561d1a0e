"""Where a site says what is new: feeds, sitemaps, lists of links, and hubs that tell without being asked.

``found`` has what every way gives; ``feeds``, ``sitemaps``, ``lists`` and ``websub`` each read one; ``reading`` chooses
among them for the crawl; ``recognising`` answers what an address alone leads to, for an editor who adds a source.
"""
