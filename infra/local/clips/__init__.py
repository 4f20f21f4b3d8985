"""Generated video clips of which everything is known: cuts, dissolves, flashes, faces, speech.

Nothing here needs NumPy, OpenCV or PyAV until a clip is made that was not made before.
"""

from infra.local.clips.making import GENERATOR_VERSION, make_clip
from infra.local.clips.styles import STYLES, Sound, Style
from infra.local.clips.truth import Span, Truth

__all__ = ["GENERATOR_VERSION", "STYLES", "Sound", "Span", "Style", "Truth", "make_clip"]
