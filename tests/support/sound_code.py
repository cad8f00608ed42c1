"""A proof that generated code reads no local that some path through it has not set.

It is the definite-assignment analysis of Java or C#, over the few statements that the compiler of templates emits.
Slots of a list `F` that several functions share count as locals where they say where evaluation is (`X.site = F[3]`):
they all hold None at first, which is not a place.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

State = frozenset[str] | None  # what is set for certain; None where nothing goes on


class UnsoundError(AssertionError):
    """A line reads what may not be set."""


def check(source: str, given: Collection[str]) -> None:
    """Checks a module of generated code.

    Args:
        source: the code.
        given: the globals that it finds when it runs.

    Raises:
        UnsoundError: a local may be read before it is set, or a global does not exist.
    """
    module = ast.parse(source)
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    known = frozenset(given)
    for node in module.body:
        if isinstance(node, ast.Assign):
            _Checker(functions, frozenset()).reads(node.value, known)
            known |= {name for target in node.targets for name in _names(target)}
    known |= functions.keys()
    for name, function in functions.items():
        if "_" not in name:  # the others are looked into where they are called
            _Checker(functions, known).function(function, frozenset())


def _names(target: ast.AST) -> Iterable[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield ast.unparse(node)


class _Checker:
    def __init__(self, functions: dict[str, ast.FunctionDef], known: frozenset[str]) -> None:
        self.functions = functions
        self.known = known

    def function(self, function: ast.FunctionDef, around: frozenset[str]) -> frozenset[str]:
        """What a call of the function leaves set, of what `around` says and it sets itself."""
        ends: list[frozenset[str]] = []
        end = self.block(function.body, around | {arg.arg for arg in function.args.args}, ends)
        return _both(end, *ends) or frozenset()

    def block(self, body: list[ast.stmt], state: State, ends: list[frozenset[str]]) -> State:
        for node in body:
            if state is None:
                return None
            state = self.statement(node, state, ends)
        return state

    def statement(self, node: ast.stmt, state: frozenset[str], ends: list[frozenset[str]]) -> State:
        match node:
            case ast.Assign():
                after = self.reads(node.value, state)
                for target in node.targets:
                    if isinstance(target, ast.Attribute):
                        self.reads(target.value, after)
                        self.place(node.value, after)
                    elif isinstance(target, ast.Subscript):
                        self.reads(target.value, after)
                return after.union(*(_names(target) for target in node.targets))
            case ast.AugAssign():
                self.reads(node.target, state)
                return self.reads(node.value, state)
            case ast.Expr():
                return self.reads(node.value, state)
            case ast.If():
                after = self.reads(node.test, state)
                return _both(self.block(node.body, after, ends), self.block(node.orelse, after, ends))
            case ast.For():
                after = self.reads(node.iter, state)
                self.block(node.body, after.union(_names(node.target)), ends)
                return after
            case ast.Try():
                tried = self.block(node.body, state, ends)
                return _both(tried, *(self.block(handler.body, state, ends) for handler in node.handlers))
            case ast.FunctionDef():
                self.function(node, state)
                return state | {node.name}
            case ast.Return():
                ends.append(self.reads(node.value, state) if node.value else state)
                return None
            case ast.Raise():
                self.reads(node, state)
                return None
            case ast.Break() | ast.Continue():
                return None
            case ast.Pass():
                return state
        raise UnsoundError(f"line {node.lineno}: a {type(node).__name__} is not expected")

    def reads(self, node: ast.AST, state: frozenset[str]) -> frozenset[str]:
        """Checks what an expression reads; the state after it, since a call of a part of a template sets slots."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                if part.id not in state and part.id not in self.known:
                    raise UnsoundError(f"line {part.lineno}: {part.id} may not be set")
                split = self.functions.get(part.id)
                if split is not None and "_" in part.id:
                    state |= self.function(split, frozenset(name for name in state if name.startswith("F[")))
        return state

    def place(self, value: ast.AST, state: frozenset[str]) -> None:
        """Checks that a shared slot which says where evaluation is has been set."""
        if isinstance(value, ast.Subscript) and (slot := ast.unparse(value)) not in state:
            raise UnsoundError(f"line {value.lineno}: {slot} may not say where evaluation is")


def _both(*states: State) -> State:
    there = [state for state in states if state is not None]
    return frozenset.intersection(*there) if there else None
