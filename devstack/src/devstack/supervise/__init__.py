"""Runs local processes under supervisord: started in order, watched, stopped without a trace."""

from devstack.supervise.process import Process
from devstack.supervise.stack import Stack, StartError

__all__ = ["Process", "Stack", "StartError"]
