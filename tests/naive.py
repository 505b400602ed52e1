"""Slow, obviously right versions of every compiled loop: the reference that the fast ones are checked against."""

import numpy as np
