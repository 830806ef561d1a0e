"""Static files under names with a hash of their content: a browser keeps them for ever, and a release changes the names."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types for it
    """Modules that import each other do so by hashed names too, or a page could get the modules of two releases."""

    support_js_module_import_aggregation = True
