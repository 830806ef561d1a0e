"""Which articles belong together: copies of one text, who took it from whom, and what else reports on the same thing.

``prints`` reads a text into what is compared; ``postings`` finds those that share any of it; ``copies`` decides; ``chains`` draws who
took it from whom, ``stories`` when there may be several texts; ``related`` finds what merely speaks of the same.
``docs/explanation/news-relations.md`` tells why.
"""
