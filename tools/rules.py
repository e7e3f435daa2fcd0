"""Find a business rule: `make rules Q=word` prints service, name, sentence and place of every rule with the word."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # not tools/: its files have names of packages

from tools import source  # noqa: E402  the path has to be right first


def find(words: str, root: Path = ROOT) -> Iterator[tuple[str, str, str, str]]:
    """Give service, rule, sentence and `file:line` of the rules whose name or sentence has all the words."""
    for service, path, rule in source.rules(root):
        said = source.sentence(rule)
        text = f"{service} {rule.name} {rule.name.replace('_', ' ')} {said}".lower()
        if all(word in text for word in words.lower().split()):
            yield service, rule.name, said, f"{path.relative_to(root)}:{rule.lineno}"


if __name__ == "__main__":
    asked = " ".join(sys.argv[1:])
    found = list(find(asked))
    for service, name, said, place in found:
        print(f"{service}  {name}\n  {said}\n  {place}\n")
    if not found:
        sys.exit(f"No rule says {asked!r}.")
