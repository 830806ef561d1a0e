"""Names of the platform in what the press writes: unions, units, competitions, innovations and studios.

``gazetteer`` finds them, ``forms`` knows how the press shortens them, ``writing`` how it writes them.
"""

from huomiao.newsdesk.pipeline.names.forms import Kind, Name
from huomiao.newsdesk.pipeline.names.gazetteer import Candidate, Gazetteer, Mention

__all__ = ["Candidate", "Gazetteer", "Kind", "Mention", "Name"]
