"""Extraction over whole archives: on all cores of a machine, or on a Ray cluster that runs already.

``run.backfill`` shares files out as units, ``work`` does one unit, ``ledger`` knows which are done, ``local`` and
``cluster`` carry units to workers. Results are read with ``parts.results``.
"""
