"""One page from the network, asked for politely and received safely.

``addresses`` → ``networks`` → ``guard`` → ``backend`` → ``client`` → ``robots``, ``politeness`` → ``fetcher``;
``revisits`` decides when to come again. Nothing here keeps anything: what came is an ``Exchange``, and the caller
archives it.
"""
