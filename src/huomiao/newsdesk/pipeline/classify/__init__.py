"""Files an article under a category and says how sure it is; learns from what editors decide.

``training.train`` makes a ``Model`` from examples, ``examples.standard`` has those to begin with.
"""
