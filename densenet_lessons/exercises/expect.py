"""Everything a check compares with; each function refuses a wrong answer in words.

Numbers, words, sequences: `equal`, `close`, `that`, `raises_value_error`.
Predictions, whose right value is never shown: `guess`, `ordering`, `one_of`.
Tensors: `is_tensor`, `same_shape`, `same_values`, `same_gradients`, `unchanged`; inputs: `noise`.
Modules: `is_module`, `same_parameters`, `randomise`, `transplant`; `same_module` does it all.
"""

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
from .engine.refusal import NotAttempted, Refused

__all__ = [
    "NotAttempted",
    "Refused",
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
    "same_gradients",
    "same_module",
    "same_parameters",
    "same_shape",
    "same_values",
    "that",
    "transplant",
    "unchanged",
]
