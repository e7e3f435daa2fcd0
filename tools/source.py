"""What the tools and the house tests read of the source: functions, their sentences, the marks of tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(root: Path, name: str) -> list[Path]:
    """Give every service's file of this name, or the files of the folder that it became."""
    return sorted([*root.glob(f"services/*/src/*/{name}.py"), *root.glob(f"services/*/src/*/{name}/*.py")])


def functions(path: Path) -> list[Function]:
    """Give the functions at the top of a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def sentence(function: Function) -> str:
    """Give the docstring in one line."""
    return " ".join((ast.get_docstring(function) or "").split())


def rules(root: Path = ROOT) -> Iterator[tuple[str, Path, Function]]:
    """Give every public rule with its service and its file."""
    for path in named(root, "rules"):
        for function in functions(path):
            if not function.name.startswith("_"):
                yield path.relative_to(root).parts[1], path, function


def length(function: Function) -> int:
    """Count the lines of a function without its docstring."""
    first = function.body[0]
    said = first if ast.get_docstring(function) is not None else None
    spoken = 0 if said is None else (said.end_lineno or said.lineno) - said.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - spoken


def marked(root: Path = ROOT) -> Iterator[tuple[Path, str, set[str]]]:
    """Give every test with the requirements that it is marked with, on itself, its class or its file."""
    for path in sorted(p for top in ("libs", "services", "apps", "tests") for p in (root / top).rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        whole = {n for node in tree.body if isinstance(node, ast.Assign) for n in _numbers(node.value)}
        classes = [(node.body, {*whole, *_marks(node)}) for node in tree.body if isinstance(node, ast.ClassDef)]
        for body, shared in ((tree.body, whole), *classes):
            for node in body:
                if isinstance(node, Function) and node.name.startswith("test_"):
                    yield path, node.name, {*shared, *_marks(node)}


def _marks(node: Function | ast.ClassDef) -> Iterator[str]:
    """Give the numbers that a test or a class of tests is marked with."""
    return (number for decorator in node.decorator_list for number in _numbers(decorator))


def _numbers(node: ast.AST) -> Iterator[str]:
    """Give the arguments of every `pytest.mark.req(...)` in an expression."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("mark.req"):
            yield from (arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
