"""Everything a check compares with; each function refuses a wrong answer in words.

Whole comparisons, which do all that a check must hold: `same_results` for functions of numbers,
`same_function` for functions of tensors, `same_module` for modules. Begin with these.

Numbers, words, sequences: `equal`, `close`, `that`, `raises_value_error`.
Predictions, whose right value is never shown: `guess`, `ordering`, `one_of`.
Tensors: `is_tensor`, `same_shape`, `same_values`, `same_gradients`, `unchanged`; inputs: `noise`.
Modules: `is_module`, `same_parameters`, `randomise`, `transplant`.

A check goes on after a refusal, and a declared mistake is recognised where an answer goes wrong at
all the same places, with the same values, on two inputs at least. So a check takes several inputs,
each in a `with case():` where an error on one should not keep the next from being tried.
"""

from .engine.expect_functions import same_function, same_results
from .engine.expect_modules import is_module, randomise, same_module, same_parameters, transplant
from .engine.expect_tensors import (
    is_tensor,
    noise,
    same_gradients,
    same_shape,
    same_values,
    unchanged,
)
from .engine.expect_values import close, equal, guess, one_of, ordering, raises_value_error, that
from .engine.record import NotAttempted, Refused, case

__all__ = [
    "NotAttempted",
    "Refused",
    "case",
    "close",
    "equal",
    "guess",
    "is_module",
    "is_tensor",
    "noise",
    "one_of",
    "ordering",
    "raises_value_error",
    "randomise",
    "same_function",
    "same_gradients",
    "same_module",
    "same_parameters",
    "same_results",
    "same_shape",
    "same_values",
    "that",
    "transplant",
    "unchanged",
]
