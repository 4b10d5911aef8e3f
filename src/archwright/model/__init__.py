"""The vocabulary that every room shares: plain, typed, immutable data. Imports nothing of ours.

Start at `system` (what a backend is), then `effect` and `value` (what its code does), then `finding` and
`decision` (what we say of it). `blueprint` puts the logical and the physical part into one document.
"""
