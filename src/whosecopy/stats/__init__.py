"""Numbers about evidence: exact tails, corrections over many copies, intervals. Arrays in, numbers out."""
