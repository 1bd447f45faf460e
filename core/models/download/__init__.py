"""Getting a real model onto this machine: from the hub, from a mirror, or from a folder on a disk that was carried in.

    offer → what would come, how big, under which licence     fetch → bring it, going on where an earlier try stopped
    copied → the same from a folder

A page's button starts the verb as a job (`core/jobs`), which tells its progress and hears when it shall stop.

A model counts as installed only when the last step, the mark of ``core.models.completion``, is written.
"""

from core.models.download.fetching import fetch
from core.models.download.folder import Copied, copied
from core.models.download.offer import Offer, offer
from core.models.download.room import require_room

__all__ = ["Copied", "Offer", "copied", "fetch", "offer", "require_room"]
