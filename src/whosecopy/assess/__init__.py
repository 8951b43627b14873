"""What the evidence outside any copy says: was there a leak, who could have known, what would telling less gain."""
