"""Arguments refused in words: the name, the value, the rule. Standard library only."""

from numbers import Integral, Real


def check_positive_int(**arguments: int) -> None:
    """Refuse every keyword argument that is not a whole number from 1 on."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            raise ValueError(f"{name} must be a positive integer, got {value!r}")


def check_fraction(name: str, value: float, *, zero: bool, one: bool) -> None:
    """Refuse a value outside the unit interval; ``zero`` and ``one`` say which ends belong."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if (
        not is_number
        or not 0 <= value <= 1
        or (value == 0 and not zero)
        or (value == 1 and not one)
    ):
        rule = f"{'at least' if zero else 'above'} 0 and {'at most' if one else 'below'} 1"
        raise ValueError(f"{name} must be {rule}, got {value!r}")


def check_block_config(block_config: tuple[int, ...]) -> tuple[int, ...]:
    """The block_config as a tuple, after checking that it holds a positive count a block."""
    try:
        layers = tuple(block_config)
    except TypeError:
        layers = ()
    if not layers:
        raise ValueError(
            f"block_config must list the layers of at least one block, got {block_config!r}"
        )
    for index, num_layers in enumerate(layers):
        check_positive_int(**{f"block_config[{index}]": num_layers})
    return layers
