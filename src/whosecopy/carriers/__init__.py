"""Families of sites: each finds places in a master, writes variants there and reads them from a leak."""
