"""The rules, one file each, in a package a family. Being here is being registered (see `review.registry`)."""
