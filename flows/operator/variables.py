"""What the environment says of the person who is asked."""

from __future__ import annotations

ASK_VARIABLE = "PRESSLOOP_ASK"
"""Set to "terminal", questions go to standard error and answers come from standard input even
where that is no terminal, such as a pipe; set to "form", the flow run pauses."""
POLL_VARIABLE = "PRESSLOOP_FORM_POLL_S"
"""How many seconds pass between two looks whether the form was sent; 5 if not set."""
