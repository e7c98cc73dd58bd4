"""One run per press: a kernel lock that goes away with its holder, even on kill -9.

POSIX has its own, which also keeps strangers out (`posix_lock.py`, ADR 20). Elsewhere, as on
Windows, the library filelock locks (`portable_lock.py`, ADR 37): enough for a press that a person
operates, the only one that is used there.
"""

from __future__ import annotations

from pressloop.hardware.users import KERNEL_LOCKS

if KERNEL_LOCKS:
    from pressloop.hardware.locks.posix_lock import holder, lock_path, locks_folder, press_lock
else:
    from pressloop.hardware.locks.portable_lock import holder, lock_path, locks_folder, press_lock

__all__ = ["holder", "lock_path", "locks_folder", "press_lock"]
