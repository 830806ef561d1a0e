"""The news desk: what the press writes, crawled, kept unmodified, extracted, related, found and taken down."""
