"""Settings from `archwright.toml` or the table `[tool.archwright]` of `pyproject.toml`.

ConfigurationError (ValueError)
└── the file can't be used; every mistake at once, with its line and how to mend it       .error
"""
