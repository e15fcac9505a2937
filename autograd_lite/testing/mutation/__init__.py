"""Mutation testing of gradients: are the tests good enough to notice a wrong rule?

Each rule of the registry that the tests reach is changed, in one place at a time, and the tests that reach it are run
again.  A mutant that no test fails on is one more wrong rule that could be there.

`sources`   the syntax tree of a rule, found again from the function
`mutators`  what can be changed in it
`mutants`   a changed rule put in the place of the right one
`campaign`  the run: which tests reach which rule, each mutant against them, and what came out of it

`pytest --mutate-gradients` does all of it (docs/mutation_testing.md).
"""
