"""What infra/deploy.sh, verify.sh and rollback.sh do.

Everything that changes something goes through `az` and `aws`; everything that only looks at Azure goes
straight to its HTTP interface, with the token of whoever is signed in to `az`.
"""
