"""What code does, found without running it: one symbolic summary per unit, instantiated at each call.

`values` holds what the interpreter knows of a value, `frame` one unit under interpretation, `statements` and
`expressions` walk the facts, `calls` joins units, `effects` holds what was found until a rule asks for it.
"""
