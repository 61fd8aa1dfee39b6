"""JavaScript and TypeScript to syntax, JSX included, with tree-sitter."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lk_audit.frontends._javascript_expressions import (
    EXPRESSIONS,
    LINKS,
    decorators,
    destructured,
    function,
    key,
    name,
)
from lk_audit.frontends._python_lowering import Grammar, Lowering, parts
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Class,
    Comment,
    Define,
    DefineClass,
    Entry,
    Evaluate,
    Export,
    Expr,
    If,
    Import,
    ImportedName,
    Literal,
    Loop,
    Module,
    Name,
    Opaque,
    Raise,
    Record,
    Return,
    Statement,
    Try,
)

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

    from lk_audit.source import Source

_DIALECTS = {
    **dict.fromkeys((".ts", ".mts", ".cts"), "typescript"),
    **dict.fromkeys((".tsx",), "tsx"),
}


def parse(source: Source, *, dialect: str | None = None, start: int = 0, end: int | None = None) -> Module:
    """The module that `source`, or the part of it from byte `start` to `end`, holds.

    `dialect` is "javascript", "typescript" or "tsx"; by default the file's suffix decides.
    """
    dialect = dialect or _DIALECTS.get(source.path[source.path.rfind(".") :].lower(), "javascript")
    stop = len(source.data) if end is None else end
    whole = start == 0 and stop == len(source.data)
    text = source.data if whole else b" " * start + source.data[start:stop]
    root = _parser(dialect).parse(text).root_node
    notes = _Notes()
    if root.has_error or b"//" in text or b"/*" in text or b"<" in text:
        notes.read(root, text)
    run = Lowering(text, _GRAMMAR, notes.errors)
    body = Block(start, stop, tuple(run.statements(root)))
    errors = sorted({(node.start_byte, node.end_byte) for node in notes.errors} | set(run.too_deep))
    return Module(
        start,
        stop,
        "javascript" if dialect == "javascript" else "typescript",
        body,
        directives=tuple(_directives(body)),
        comments=tuple(notes.comments),
        has_markup=notes.has_markup,
        errors=tuple(errors),
    )


@cache
def _parser(dialect: str) -> Parser:
    import tree_sitter  # noqa: PLC0415 - a scan without JavaScript need not load it

    if dialect == "javascript":
        import tree_sitter_javascript  # noqa: PLC0415

        language = tree_sitter_javascript.language()
    else:
        import tree_sitter_typescript  # noqa: PLC0415

        is_tsx = dialect == "tsx"
        language = tree_sitter_typescript.language_tsx() if is_tsx else tree_sitter_typescript.language_typescript()
    return tree_sitter.Parser(tree_sitter.Language(language))


class _Notes:
    """What lies beside the code: comments, markup, and what the parser could not read."""

    def __init__(self) -> None:
        self.comments: list[Comment] = []
        self.errors: list[Node] = []
        self.has_markup = False

    def read(self, root: Node, text: bytes) -> None:
        cursor = root.walk()
        while True:
            node = cursor.node
            kind = node.type if node is not None else ""
            if node is not None and kind == "comment":
                self.comments.append(Comment(node.start_byte, node.end_byte, _comment_text(text, node)))
            elif node is not None and kind == "ERROR":
                self.errors.append(node)
            elif kind in {"jsx_element", "jsx_self_closing_element"}:
                self.has_markup = True
            if cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return


def _comment_text(data: bytes, node: Node) -> str:
    raw = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
    if raw.startswith("//"):
        return raw[2:].strip()
    lines = raw.removeprefix("/*").removesuffix("*/").splitlines()
    return "\n".join(line.strip().lstrip("*").strip() for line in lines).strip()


def _directives(body: Block) -> list[str]:
    found = []
    for statement in body.statements:
        value = statement.value if isinstance(statement, Evaluate) else None
        if not isinstance(value, Literal) or not isinstance(value.value, str):
            break
        found.append(value.value)
    return found


def _expression(run: Lowering, node: Node) -> list[Statement]:
    inner = parts(node)
    if not inner:
        return []
    value = run.expr(inner[0])
    if isinstance(value, Assign):
        return [value]
    if isinstance(value, Opaque) and value.children and all(isinstance(item, Assign) for item in value.children):
        return [item for item in value.children if isinstance(item, Assign)]
    return [Evaluate(node.start_byte, node.end_byte, value)]


def _declaration(run: Lowering, node: Node) -> list[Statement]:
    found: list[Statement] = []
    for part in parts(node):
        if part.type != "variable_declarator":
            continue
        given = part.child_by_field_name("value")
        target = part.child_by_field_name("name")
        if given is None or target is None:
            continue
        value = run.expr(given)
        if target.type in {"object_pattern", "array_pattern"}:
            names = destructured(run, target, value) if run.may_repeat(value, target.named_child_count) else []
            found.extend(names or [Evaluate(value.start, value.end, value)])
            continue
        annotation = part.child_by_field_name("type")
        noted = run.opaque(annotation) if annotation is not None else None
        found.append(Assign(part.start_byte, part.end_byte, name(run, target), value, annotation=noted))
    return found


def _function(run: Lowering, node: Node) -> list[Statement]:
    return [Define(node.start_byte, node.end_byte, function(run, node))]


def _class(run: Lowering, node: Node) -> list[Statement]:
    return [DefineClass(node.start_byte, node.end_byte, class_of(run, node))]


def class_of(run: Lowering, node: Node) -> Class:
    """A class, its fields and methods as statements of its body."""
    heritage = next((part for part in parts(node) if part.type == "class_heritage"), None)
    bases = [run.expr(base) for base in _bases(heritage)] if heritage is not None else []
    body = node.child_by_field_name("body")
    statements = [item for part in parts(body) for item in _class_member(run, part)] if body is not None else []
    begin, stop = (body.start_byte, body.end_byte) if body is not None else (node.end_byte, node.end_byte)
    label = run.text(node.child_by_field_name("name"))
    inner = Block(begin, stop, tuple(statements))
    return Class(node.start_byte, node.end_byte, label, tuple(bases), inner, decorators(run, node))


def _bases(heritage: Node) -> list[Node]:
    clauses = [part for part in parts(heritage) if part.type == "extends_clause"]
    if clauses:
        return [value for clause in clauses if (value := clause.child_by_field_name("value")) is not None]
    return [part for part in parts(heritage) if part.type != "implements_clause"]


def _class_member(run: Lowering, node: Node) -> list[Statement]:
    start, end = node.start_byte, node.end_byte
    if node.type in {"method_definition", "abstract_method_signature", "method_signature"}:
        return [Define(start, end, function(run, node))]
    if node.type in {"field_definition", "public_field_definition"}:
        label = node.child_by_field_name("name") or node.child_by_field_name("property")
        given = node.child_by_field_name("value")
        if label is None or given is None:
            return []
        return [Assign(start, end, Name(label.start_byte, label.end_byte, run.text(label)), run.expr(given))]
    if node.type == "class_static_block":
        return [run.block(node.child_by_field_name("body") or node)]
    return []


def _return(run: Lowering, node: Node) -> list[Statement]:
    value = next(iter(parts(node)), None)
    return [Return(node.start_byte, node.end_byte, run.expr(value) if value is not None else None)]


def _throw(run: Lowering, node: Node) -> list[Statement]:
    value = next(iter(parts(node)), None)
    return [Raise(node.start_byte, node.end_byte, run.expr(value) if value is not None else None)]


def _if(run: Lowering, node: Node) -> list[Statement]:
    """An `if` with its `else if` chain, which is followed in a loop: length is not depth."""
    chain: list[tuple[Node, Expr, Block]] = []
    current: Node | None = node
    otherwise: Block | None = None
    while current is not None:
        test = run.expr(current.child_by_field_name("condition"))
        chain.append((current, test, branch(run, current.child_by_field_name("consequence"))))
        clause = current.child_by_field_name("alternative")
        rest = next(iter(parts(clause)), None) if clause is not None else None
        current = rest if rest is not None and rest.type == "if_statement" else None
        otherwise = branch(run, rest) if rest is not None and current is None else None
    for outer, test, then in reversed(chain):
        made = If(outer.start_byte, outer.end_byte, test, then, otherwise)
        otherwise = Block(made.start, made.end, (made,))
    return [made]


def branch(run: Lowering, node: Node | None) -> Block:
    """A statement that is a branch, as a block."""
    if node is None:
        return Block(0, 0, ())
    if node.type == "statement_block":
        return run.block(node)
    return Block(node.start_byte, node.end_byte, tuple(run.statement(node)))


def _for(run: Lowering, node: Node) -> list[Statement]:
    header: list[Expr | Statement] = []
    for field in ("initializer", "condition", "increment"):
        part = node.child_by_field_name(field)
        if part is not None:
            header.extend(run.statement(part))
    return [_loop(run, node, header)]


def _for_in(run: Lowering, node: Node) -> list[Statement]:
    right = run.expr(node.child_by_field_name("right"))
    item = Opaque(right.start, right.end, (right,))
    targets = destructured(run, node.child_by_field_name("left"), item)
    return [_loop(run, node, [*targets])]


def _while(run: Lowering, node: Node) -> list[Statement]:
    return [_loop(run, node, [run.expr(node.child_by_field_name("condition"))])]


def _loop(run: Lowering, node: Node, header: list[Expr | Statement]) -> Loop:
    return Loop(node.start_byte, node.end_byte, tuple(header), branch(run, node.child_by_field_name("body")))


def _try(run: Lowering, node: Node) -> list[Statement]:
    handler = node.child_by_field_name("handler")
    final = node.child_by_field_name("finalizer")
    handlers = (branch(run, handler.child_by_field_name("body")),) if handler is not None else ()
    last = branch(run, final.child_by_field_name("body")) if final is not None else None
    return [Try(node.start_byte, node.end_byte, branch(run, node.child_by_field_name("body")), handlers, last)]


def _switch(run: Lowering, node: Node) -> list[Statement]:
    """Cases as nested `If`s; one that falls through takes the statements of the next along."""
    subject = run.expr(node.child_by_field_name("value"))
    body = node.child_by_field_name("body")
    groups = [_case(run, part) for part in parts(body)] if body is not None else []
    otherwise: Block | None = None
    following: tuple[Statement, ...] = ()
    made: Statement | None = None
    for case, test, statements, falls in reversed(groups):
        inside = (*statements, *following) if falls and not statements else statements
        following = inside
        block = Block(case.start_byte, case.end_byte, inside)
        if test is None:
            otherwise = block
            continue
        condition = Binary(test.start, test.end, "==", subject, test)
        made = If(case.start_byte, node.end_byte, condition, block, otherwise)
        otherwise = Block(made.start, made.end, (made,))
    if made is None:
        return [Evaluate(subject.start, subject.end, subject), *((otherwise,) if otherwise else ())]
    return [made]


def _case(run: Lowering, node: Node) -> tuple[Node, Expr | None, tuple[Statement, ...], bool]:
    test = node.child_by_field_name("value")
    inner = [part for part in parts(node) if part != test]
    statements = [item for part in inner for item in run.statement(part)]
    ends = {"break_statement", "return_statement", "throw_statement", "continue_statement"}
    falls = not any(part.type in ends or part.type == "statement_block" for part in inner)
    return node, run.expr(test) if test is not None else None, tuple(statements), falls


def _block(run: Lowering, node: Node) -> list[Statement]:
    return [run.block(node)]


def _labeled(run: Lowering, node: Node) -> list[Statement]:
    body = node.child_by_field_name("body")
    return run.statement(body) if body is not None else []


def _nothing(run: Lowering, node: Node) -> list[Statement]:
    del run, node
    return []


def _import(run: Lowering, node: Node) -> list[Statement]:
    source = node.child_by_field_name("source")
    type_only = any(child.type == "type" for child in node.children)
    names: list[ImportedName] = []
    for part in parts(node):
        if part.type == "import_clause":
            names.extend(_imported(run, part, type_only=type_only))
        elif part.type == "import_require_clause":
            return [_import_require(run, node, part)]
    return [Import(node.start_byte, node.end_byte, _text_of(run, source), tuple(names))]


def _text_of(run: Lowering, node: Node | None) -> str:
    value = run.expr(node) if node is not None else None
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else ""


def _imported(run: Lowering, clause: Node, *, type_only: bool) -> list[ImportedName]:
    found: list[ImportedName] = []
    for part in parts(clause):
        start, end = part.start_byte, part.end_byte
        if part.type == "identifier":
            found.append(ImportedName(start, end, run.text(part), "default", type_only))
        elif part.type == "namespace_import":
            found.append(ImportedName(start, end, run.text(next(iter(parts(part)), None)), None, type_only))
        elif part.type == "named_imports":
            found.extend(_specifier(run, item, type_only=type_only) for item in parts(part))
    return found


def _specifier(run: Lowering, node: Node, *, type_only: bool) -> ImportedName:
    member = node.child_by_field_name("name")
    local = node.child_by_field_name("alias") or member
    is_type = type_only or any(child.type == "type" for child in node.children)
    member_name = run.text(member).strip("'\"")
    return ImportedName(node.start_byte, node.end_byte, run.text(local), member_name, is_type)


def _import_require(run: Lowering, node: Node, clause: Node) -> Import:
    local = next((part for part in parts(clause) if part.type == "identifier"), None)
    source = clause.child_by_field_name("source")
    bound = ImportedName(clause.start_byte, clause.end_byte, run.text(local), None)
    return Import(node.start_byte, node.end_byte, _text_of(run, source), (bound,))


def _export(run: Lowering, node: Node) -> list[Statement]:
    start, end = node.start_byte, node.end_byte
    source = node.child_by_field_name("source")
    module = _text_of(run, source) if source is not None else None
    declaration = node.child_by_field_name("declaration")
    if any(child.type == "default" for child in node.children):
        return _export_default(run, node, declaration)
    if declaration is not None:
        lowered = run.statement(declaration)
        return [*lowered, *(Export(start, end, label, Name(start, start, label)) for label in _declared(lowered))]
    found: list[Statement] = []
    for part in parts(node):
        if part.type == "export_clause":
            found.extend(_export_specifier(run, item, module) for item in parts(part))
        elif part.type == "namespace_export":
            found.append(Export(start, end, run.text(next(iter(parts(part)), None)), None, module))
    if not found and module is not None:
        found.append(Export(start, end, "*", None, module))
    if not found:
        found.extend(item for part in parts(node) for item in _expression_export(run, part))
    return found


def _expression_export(run: Lowering, node: Node) -> list[Statement]:
    """`export = x` of TypeScript."""
    value = run.expr(node)
    return [Export(node.start_byte, node.end_byte, "default", value)]


def _export_default(run: Lowering, node: Node, declaration: Node | None) -> list[Statement]:
    start, end = node.start_byte, node.end_byte
    if declaration is not None:
        lowered = run.statement(declaration)
        labels = _declared(lowered)
        if labels:
            return [*lowered, *(Export(start, end, "default", Name(start, start, label)) for label in labels)]
        anonymous = next((item.function for item in lowered if isinstance(item, Define)), None)
        return [Export(start, end, "default", anonymous)] if anonymous is not None else lowered
    value = node.child_by_field_name("value") or next(iter(parts(node)), None)
    return [Export(start, end, "default", run.expr(value))]


def _declared(statements: list[Statement]) -> list[str]:
    found: list[str] = []
    for item in statements:
        if isinstance(item, Define) and item.function.name:
            found.append(item.function.name)
        elif isinstance(item, DefineClass) and item.definition.name:
            found.append(item.definition.name)
        elif isinstance(item, Assign) and isinstance(item.target, Name):
            found.append(item.target.id)
    return found


def _export_specifier(run: Lowering, node: Node, module: str | None) -> Export:
    member = node.child_by_field_name("name")
    exported = run.text(node.child_by_field_name("alias") or member).strip("'\"")
    label = run.text(member).strip("'\"")
    at = member or node
    local = Name(at.start_byte, at.end_byte, label)
    return Export(node.start_byte, node.end_byte, exported, local, module)


def _enum(run: Lowering, node: Node) -> list[Statement]:
    """A TypeScript enum as a record of its members; those without a value count on."""
    body = node.child_by_field_name("body")
    entries: list[Entry] = []
    following: float | None = 0
    for part in parts(body) if body is not None else []:
        label = part.child_by_field_name("name") or part
        given = part.child_by_field_name("value")
        start, end = part.start_byte, part.end_byte
        value: Expr = run.expr(given) if given is not None else Literal(start, end, following)
        number = value.value if isinstance(value, Literal) else None
        following = number + 1 if isinstance(number, int | float) else None
        entries.append(Entry(start, end, key(run, label), value))
    target = node.child_by_field_name("name")
    record = Record(node.start_byte, node.end_byte, tuple(entries))
    return [Assign(node.start_byte, node.end_byte, run.expr(target), record)]


def _namespace(run: Lowering, node: Node) -> list[Statement]:
    body = node.child_by_field_name("body")
    return [run.block(body)] if body is not None else []


_STATEMENTS = {
    "expression_statement": _expression,
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "function_declaration": _function,
    "generator_function_declaration": _function,
    "class_declaration": _class,
    "abstract_class_declaration": _class,
    "return_statement": _return,
    "throw_statement": _throw,
    "if_statement": _if,
    "for_statement": _for,
    "for_in_statement": _for_in,
    "while_statement": _while,
    "do_statement": _while,
    "try_statement": _try,
    "switch_statement": _switch,
    "statement_block": _block,
    "labeled_statement": _labeled,
    "import_statement": _import,
    "export_statement": _export,
    "enum_declaration": _enum,
    "internal_module": _namespace,
    "module": _namespace,
    **dict.fromkeys(
        (
            "decorator",
            "empty_statement",
            "break_statement",
            "continue_statement",
            "debugger_statement",
            "hash_bang_line",
            "interface_declaration",
            "type_alias_declaration",
            "ambient_declaration",
            "function_signature",
            "import_alias",
            "type_annotation",
            "type_arguments",
            "type_parameters",
        ),
        _nothing,
    ),
}
_GRAMMAR = Grammar(EXPRESSIONS, LINKS, _STATEMENTS)
