"""The same rule by hand: each script takes a data set and prints its figures as JSON.

A figure is [platform, shop, day, sessions, good]; `sessions` counts those that still wait, too.
"""
