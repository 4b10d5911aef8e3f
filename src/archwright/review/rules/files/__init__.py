"""Files and folders: paths that lead out, archives, uploads."""
