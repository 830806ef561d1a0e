"""What Huomiao uses of treebeard, which ships no types."""

from typing import Any, ClassVar, Generic, TypeVar

from django.db import models

_M = TypeVar("_M", bound=MP_Node, covariant=True)
_N = TypeVar("_N", bound=MP_Node)

class MP_NodeManager(models.Manager[_M], Generic[_M]):
    def add_root(self, create_kwargs: dict[str, Any] | None = None, *, instance: Any = None) -> _M: ...
    def add_child(self, target: Any, create_kwargs: dict[str, Any] | None = None, *, instance: Any = None) -> _M: ...
    def move(self, node: Any, target: Any, pos: str | None = None) -> None: ...
    def get_children(self, node: Any) -> models.QuerySet[Any]: ...

class MP_Node(models.Model):
    steplen: ClassVar[int]
    alphabet: ClassVar[str]
    node_order_by: ClassVar[list[str]]
    path: models.CharField[str, str]
    depth: models.PositiveIntegerField[int, int]
    numchild: models.PositiveIntegerField[int, int]

    @classmethod
    def _str2int(cls, num: str) -> int: ...
    @classmethod
    def _get_path(cls, path: str, depth: int, newstep: int) -> str: ...

    class Meta:
        abstract = True
