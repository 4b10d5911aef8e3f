"""Blueprint to project: what is written, how it is merged with the user's edits, and the migrations between two builds.

from archwright.build.project import build_project
"""
