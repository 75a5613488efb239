"""The mathematics of collective opinion: votes in; positions, groups, support and consensus out."""

from opinion.identity import GroupHistory
from opinion.live import LiveMap, LiveOpinion
from opinion.opinion_map import Group, OpinionMap, analyze
from opinion.votes import Votes

__all__ = ["Group", "GroupHistory", "LiveMap", "LiveOpinion", "OpinionMap", "Votes", "analyze"]
