"""What people did and which configurations were in force; rows are only added.

Reads for pages belong to storage.views.
"""
