"""Peewee."""
