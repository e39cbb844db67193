"""The bridge: one app's state on two clouds at once, while a workload moves from AWS to Azure without a pause.

Lives here: a library that the moved app imports (ladder, records, messages), and the layout of the table through which the
agent leads it (place.py, book.py). Never here: anything of the rest of this repository; the app's package holds a copy.
"""
