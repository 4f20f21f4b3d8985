"""Broken, lying and hostile files: what is uploaded by accident, and what is uploaded on purpose."""

from infra.local.clips.hostile.building import HostileFile, build_hostile_files
from infra.local.clips.hostile.cases import Outcome, Surroundings

__all__ = ["HostileFile", "Outcome", "Surroundings", "build_hostile_files"]
