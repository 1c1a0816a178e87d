"""Values that describe the state of the program to people.

They are read from storage.views.
"""
