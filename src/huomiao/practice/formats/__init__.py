"""Questions in files of many makes, and back: one neutral shape between them (``formats.draft``)."""
