"""A built project in development: database, migrations, a few rows, a sign-in, and the service, all on this machine.

Nothing of this is in the project itself: the rows and the sign-in come from here, and only to a database that was empty.
"""
