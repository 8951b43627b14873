"""From a master to a template and its copies: functions over bytes and values."""
