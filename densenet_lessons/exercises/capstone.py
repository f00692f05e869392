"""The capstone's budget, for its check and for the panel that plans a net."""

MAX_PARAMETERS = 10_000
#: For one image of the shipped data.
MAX_MACS = 3_000_000
#: Share of images recognised that no net has seen.
MIN_ACCURACY = 0.8
