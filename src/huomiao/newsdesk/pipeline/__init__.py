"""The steps from an address to an article that can be found. Each module knows one thing; none knows of the database.

``discover`` → ``fetch`` → ``archive`` → ``extract`` → ``relate`` → ``search``.
"""
