"""What was fetched, kept as it was: WARC 1.1 files that are only ever appended to.

``store.Archive`` writes and reads; ``exchange`` is what goes in and comes out; ``walking`` reads anybody's WARC and ARC
files; ``fixity`` proves that nothing changed; ``cdxj`` and ``wacz`` hand the archive to other players.
"""
