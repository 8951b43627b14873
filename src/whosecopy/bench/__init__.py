"""Measurements that anybody can repeat: attacks, code lengths, calibration, speed."""
