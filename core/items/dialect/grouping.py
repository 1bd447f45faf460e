"""Which nodes may stand together, which braces around them do something, and what takes no script."""

from __future__ import annotations

from core.items.dialect import commands
from core.items.dialect.nodes import Atom, Group, Node, Nodes
from core.items.dialect.tokens import Unparsed


def checked(nodes: Nodes) -> Nodes:
    r"""Return the nodes of one group.

    Raises:
        Unparsed: ``\over`` and its like stand there twice.
    """
    if sum(isinstance(node, Atom) and node.latex[1:] in commands.INFIX for node in nodes) > 1:
        raise Unparsed("two infix commands in one group")
    return nodes


def group_of(body: Nodes) -> Group:
    """Return a group whose braces are kept where something in it reaches as far as they do."""
    return Group(body, meant=any(_means_braces(node) for node in body))


def takes_no_script(node: Atom) -> bool:
    """Whether nothing can stand above or below a command: it declares something, splits its group or ends a row."""
    return _means_braces(node) or node.latex == r"\\" or node.latex[1:] in ("limits", "nolimits")


def _means_braces(node: Node) -> bool:
    return isinstance(node, Atom) and (node.latex[1:] in commands.DECLARATIONS or node.latex[1:] in commands.INFIX)
