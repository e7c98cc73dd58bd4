"""pressloop beside the optimisers a lab would otherwise take, through one ask/tell interface."""
