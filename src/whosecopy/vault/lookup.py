"""Find the sealed versions that a leak may come from, without being told which."""
