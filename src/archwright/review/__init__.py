"""The review: rules judge a program's effects; what they say becomes findings.

`rule` is what an author of a rule meets, `registry` finds the rules, `engine` runs them, `suppress` honours the
comments that silence them, `catalogue` writes their documentation.
"""
