"""Getting a real model onto this machine: from the hub, from a mirror, or from a folder on a disk that was carried in.

    offer → what would come, how big, under which licence     fetch → bring it, going on where an earlier try stopped
    copied → the same from a folder                           start_detached, progress, stop → for a page's button

A model counts as installed only when the last step, the mark of ``core.models.completion``, is written.
"""

from core.models.download.detached import start_detached, stop
from core.models.download.fetching import fetch
from core.models.download.folder import Copied, copied
from core.models.download.offer import Offer, offer
from core.models.download.room import require_room
from core.models.download.state import Progress, progress
from core.models.download.state import write as note

__all__ = [
    "Copied", "Offer", "Progress", "copied", "fetch", "note", "offer", "progress", "require_room", "start_detached", "stop",
]
