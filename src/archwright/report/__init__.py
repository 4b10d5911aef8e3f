"""Every output format. Knows findings, decisions and models; nothing of where they came from."""
