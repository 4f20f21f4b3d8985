"""Checks Bicep without a compiler: its syntax, its references, Azure's published types, and secrets.

No Bicep compiler is published as a package. So the files keep to a part of the language that can be read with
a grammar and evaluated in a few hundred lines: parameters, variables, resources, loops, conditions, modules,
outputs, and the usual functions. What passes here has not been compiled, and not been deployed.
"""
