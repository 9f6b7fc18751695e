"""The client of Pointsman: which LLM should get this query?"""

from . import types
from ._client import Pointsman
from ._events import Event
from ._problem import PointsmanProblem

__all__ = ["Event", "Pointsman", "PointsmanProblem", "types"]
