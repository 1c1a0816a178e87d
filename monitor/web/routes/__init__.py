"""One file a subject: each builds the router of its pages.

A handler turns a request into a view and a template's name; it decides nothing.
"""
