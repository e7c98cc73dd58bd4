"""A process whose Prefect renews the lease of a slot every few seconds.

Otherwise it does so after minutes, and Prefect has no setting for that. Python runs this file where
its folder is on PYTHONPATH.
"""

from prefect.concurrency import _leases

_leases._RENEWAL_FRACTION = 0.01
_leases._RENEWAL_RETRY_MAX_DELAY = 0.2
