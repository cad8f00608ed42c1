"""The fields and types of a specification: tables, and the walk that checks a document against them.

Belongs here: what a field is called and which values it takes by itself. What values mean together is `validation`.
"""
