"""B13: what the documents say is there is there; no file names what it must not."""

import ast
import re
import subprocess

import pytest
from tools.source import ROOT

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
IN_TICKS = re.compile(r"`([^`\n]+)`")
PATH = re.compile(
    r"(?P<path>[\w.-]+(?:/[\w.-]+)*\.(?:py|md|json|csv|toml|ya?ml|sql|sh|lock|txt|xml))(?::(?P<name>[A-Za-z_][\w.]*))?"
)
FOLDER = re.compile(r"(?:\.?[\w-]+/)+")
MAKE = re.compile(r"make ([a-z]+)")
# Home folders, this machine's folders, package hosts. A letter in brackets keeps the list from naming them itself.
FORBIDDEN = [
    re.compile(pattern)
    for pattern in (
        r"/hom[e]/\w",
        r"/roo[t]\b",
        r"/User[s]/\w",
        r"(?<![\w.])/wor[k]/",
        r"(?<![\w.$}])/tm[p]/",
        r"pyp[i]\.org",
        r"pythonhoste[d]\.org",
        r"registr[y]\.npmjs",
        r"rep[o]1?\.maven\.(org|apache)",
        r"crate[s]\.io",
        r"prox[y]\.golang\.org",
    )
]


def documents(root):
    """Give the documents whose references are promises."""
    return sorted([*root.glob("README.md"), *root.glob("docs/**/*.md"), *root.glob("*/*/README.md")])


def symbols(path):
    """Give the names at the top of a Python file, and those inside its classes as `Class.name`."""
    for node in ast.parse(path.read_text("utf-8")).body:
        yield from names(node)
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{name}" for child in node.body for name in names(child))


def names(node):
    """Give what one statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def files_meant(root, document, written):
    """Give the files that a written path may mean: from the top, from the document, or any of a bare name."""
    near = [base / written for base in (root, document.parent)]
    exact = [path for path in near if path.exists()]
    if exact or "/" in written:
        return exact
    return [path for path in root.rglob(written) if not {".venv", ".git", "node_modules"} & set(path.parts)]


def anchors(path):
    """Give the anchors of a document's headings."""
    found = re.findall(r"^#+ +(.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def unresolved(root):
    """Name every link, path, `file:symbol` and make target in the documents that leads nowhere."""
    makefile = root / "Makefile"
    targets = set(re.findall(r"^([a-z]+):", makefile.read_text("utf-8"), re.MULTILINE)) if makefile.exists() else set()
    for document in documents(root):
        text = document.read_text("utf-8")
        ticked = IN_TICKS.findall(text)
        wrong = [f"link {link}" for link in LINK.findall(text) if not link_resolves(document, link)]
        wrong += [f"path {written}" for written in ticked if not path_resolves(root, document, written)]
        wrong += [f"make {target}" for target in MAKE.findall(" ".join(ticked)) if target not in targets]
        yield from (f"{document.relative_to(root)}: {what}" for what in wrong)


def link_resolves(document, link):
    """Say whether a relative link leads to a file, and its anchor to a heading; what is outside is not asked."""
    path, _, anchor = link.partition("#")
    target = document.parent / path if path else document
    outside = re.match(r"[a-z]+:", link)
    return bool(outside) or (target.exists() and (not anchor or target.suffix != ".md" or anchor in anchors(target)))


def path_resolves(root, document, written):
    """Say whether what is written as a path, a folder or `file:symbol` is there; other words are not asked."""
    if FOLDER.fullmatch(written):
        return (root / written).is_dir() or (document.parent / written).is_dir()
    found = PATH.fullmatch(written)
    if found is None:
        return True
    files = files_meant(root, document, found["path"])
    name = found["name"]
    return any(name is None or path.suffix != ".py" or name in set(symbols(path)) for path in files)


def forbidden(text):
    """Give the forbidden things that a text names."""
    return [found[0] for pattern in FORBIDDEN for found in pattern.finditer(text)]


def glossary():
    """Give the rows of the glossary: word, Chinese term, meaning, symbol."""
    rows = [
        line.strip("|").split("|")
        for line in (ROOT / "docs/glossary.md").read_text("utf-8").splitlines()
        if "|" in line
    ]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_every_reference_in_the_documents_resolves():
    assert list(unresolved(ROOT)) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[rules](src/rules.py)", 0),
        ("[rules](src/rule.py)", 1),
        ("[part](#the-part) [other](#no-part)", 1),
        ("[part](README.md#the-part) [other](README.md#no-part)", 1),
        ("[out](https://example.org/x)", 0),
        ("`src/rules.py` and `rules.py` and `src/`", 0),
        ("`src/gone.py` and `gone.py` and `gone/`", 3),
        ("`src/rules.py:too_late` `rules.py:Window.days` `rules.py:LIMIT`", 0),
        ("`src/rules.py:too_early` `rules.py:Window.weeks`", 2),
        ("`make test`", 0),
        ("`make tset`", 1),
    ],
)
def test_a_reference_that_leads_nowhere_is_found(plant, text, wrong):
    plant("src/rules.py", "LIMIT = 7\ndef too_late(): ...\nclass Window:\n    days: int\n")
    plant("Makefile", "test: ## all\n")
    root = plant("README.md", f"# Name\n\n## The part\n\n{text}\n")

    assert len(list(unresolved(root))) == wrong


def test_no_file_names_what_it_must_not():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    found = {}
    for name in listed.stdout.decode().splitlines():
        path = ROOT / name
        if path.is_file() and b"\0" not in (body := path.read_bytes()):
            found[name] = forbidden(body.decode("utf-8", "replace"))

    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "words",
    [
        ("/ho", "me/ann/x"),
        ("cd /ro", "ot"),
        ("/Us", "ers/ann"),
        ("see /wo", "rk/shared"),
        ("in /t", "mp/t1"),
        ("https://py", "pi.org/simple"),
        ("files.python", "hosted.org"),
        ("regi", "stry.npmjs.org"),
        ("repo1.maven.", "org"),
        ("repo.maven.", "apache.org"),
    ],
)
def test_a_forbidden_thing_is_found(words):
    assert forbidden("".join(words)) != []


@pytest.mark.parametrize("text", ["framework/x", "POST /orders", "homework/", "maven.apache.org/POM/4.0.0", "root"])
def test_a_harmless_word_is_not(text):
    assert forbidden(text) == []


def test_every_word_of_the_glossary_has_its_chinese_term_and_its_symbol():
    for word, chinese, meaning, symbol in glossary():
        assert re.search(r"[\u4e00-\u9fff]", chinese), word
        assert meaning.endswith("."), word
        assert PATH.fullmatch(symbol.strip("`")), word
        assert ":" in symbol, word


def test_the_glossary_has_every_word_of_the_house():
    words = {word for row in glossary() for word in row[0].split(", ")}

    assert words >= {
        *("complaint", "case", "return", "authorization", "RMA number", "receipt", "inspection", "finding"),
        *("responsibility", "disposition", "repair order", "quote", "rework", "scrap", "blue invoice", "red invoice"),
        *("credit note", "allowance", "refund", "payment gate", "posting"),
    }


@pytest.mark.parametrize("path", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_is_short_and_says_what_enforces_it(path):
    lines = path.read_text("utf-8").strip().splitlines()

    assert len(lines) <= 30
    assert re.fullmatch(rf"# {path.name[:4]}: .+", lines[0])
    assert path.read_text("utf-8").rstrip().rpartition("\n\n")[2].startswith("Enforced by: ")
