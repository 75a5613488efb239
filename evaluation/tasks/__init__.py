"""The tasks a variant can be measured by: one readable file each."""

from evaluation.tasks import bbq, own_statements
from evaluation.tasks.base import Task

TASKS: dict[str, Task] = {task.name: task for task in (own_statements.TASK, bbq.TASK)}
