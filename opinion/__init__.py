"""The mathematics of collective opinion: votes in; positions, groups, support and consensus out."""

from opinion.opinion_map import Group, OpinionMap, analyze
from opinion.votes import Votes

__all__ = ["Group", "OpinionMap", "Votes", "analyze"]
