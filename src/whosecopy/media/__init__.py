"""Open, render and align documents: bytes to reading text and back."""
