"""What people decide of a campaign, and where its run obeys them."""
