"""The command line: one small file per command. A command is there because its file is there.

A command's file has two functions: `register(commands)` adds its parser and its arguments, and names what to call with
`set_defaults(run=run)`; `run(arguments)` does one call into the rooms and returns the exit code. The file imports
nothing heavy at its top, so that `archwright --help` is fast and an optional part may be missing.
"""
