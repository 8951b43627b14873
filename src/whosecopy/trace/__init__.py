"""From a leak to a verdict: functions over bytes and values."""
