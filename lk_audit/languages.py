"""What is true of a whole programming language, one row each: what names, scopes, modules and sides go by.

What only the frontend, the library functions or the SDKs of a language know stands in modules of its own:
`frontends/<language>.py`, `values/<language>.py`, `livekit/sdks/<language>.py`.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct
from msgspec.structs import replace


class Modules(Enum):
    """How a language writes the modules that it imports."""

    WRITTEN = "full names begin with the module as it is written"
    SPECIFIER = "a package, maybe with a scheme, a host or a version"
    GO_PATH = "a path of a repository, maybe with a major version"
    DART_URI = "a URI such as package:crypto/crypto.dart"


class Language(Struct, frozen=True):
    """The traits of one language.

    Attributes:
        family: the language whose tables of functions and SDKs it shares.
        modules: how imports are written.
        opens_namespaces: imports open whole namespaces: a bare name is that of any of them, or of the language.
        shares_package: files share what they define with the others of their package, or folder.
        declares: assigning to a variable and declaring one are told apart.
        has_structs: what is constructed may be a struct, a record of its fields.
        names_receiver: a method gives its object a name of its own, the first parameter.
        hoists: functions and imports are there before what stands above them runs.
        shows_members: inside a class body, and there only, its members are visible by their bare names.
        has_globals: names assigned anywhere without a declaration are globals, and `window.x` is `x`.
        overloads: functions of one name are told apart by how many arguments they take.
        implements_by_name: a class says which interfaces it implements, and overrides methods by their names.
        finds_by_name: a name that nothing imports leads to the file that is called like it.
        hands_out_globals: what a file defines at its top can be taken from outside, without saying so.
        exports_values: a file may say what it hands out, beside or instead of that.
        runs_bases: what base classes of a handler's class declare is run in front of it.
        extends_types: functions can be written that are called as methods of somebody else's types.
        has_rich_enums: the constants of an enum are instances of a class, with fields.
        reads_by_calls: a call without arguments may read a field, and a method may have a field's name.
        passes_objects: objects have no methods: functions of their module take them as first argument.
        is_server: it runs on servers only, as far as LiveKit goes.
        is_rewritten: fixes know how it is written; of the others, only data and text are changed.
    """

    family: str
    modules: Modules = Modules.WRITTEN
    opens_namespaces: bool = False
    shares_package: bool = False
    declares: bool = False
    has_structs: bool = False
    names_receiver: bool = False
    hoists: bool = True
    shows_members: bool = False
    has_globals: bool = False
    overloads: bool = False
    implements_by_name: bool = False
    finds_by_name: bool = False
    hands_out_globals: bool = True
    exports_values: bool = False
    runs_bases: bool = True
    extends_types: bool = False
    has_rich_enums: bool = False
    reads_by_calls: bool = False
    passes_objects: bool = False
    is_server: bool = False
    is_rewritten: bool = False


_JAVASCRIPT = Language(
    "javascript",
    modules=Modules.SPECIFIER,
    has_globals=True,
    hands_out_globals=False,
    exports_values=True,
    is_rewritten=True,
    implements_by_name=True,
)
_JVM = Language(
    "jvm",
    modules=Modules.SPECIFIER,
    opens_namespaces=True,
    shares_package=True,
    declares=True,
    overloads=True,
    implements_by_name=True,
    has_rich_enums=True,
)
_TABLE: dict[str, Language] = {
    "python": Language(
        "python",
        names_receiver=True,
        hoists=False,
        shows_members=True,
        is_server=True,
        is_rewritten=True,
        implements_by_name=True,
    ),
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "go": Language(
        "go",
        modules=Modules.GO_PATH,
        shares_package=True,
        declares=True,
        has_structs=True,
        names_receiver=True,
        runs_bases=False,
        is_server=True,
    ),
    "java": replace(_JVM, reads_by_calls=True),
    "kotlin": replace(_JVM, extends_types=True),
    "php": Language(
        "php",
        modules=Modules.SPECIFIER,
        opens_namespaces=True,
        finds_by_name=True,
        exports_values=True,
        runs_bases=False,
        is_server=True,
        implements_by_name=True,
    ),
    "ruby": Language(
        "ruby",
        reads_by_calls=True,
        modules=Modules.SPECIFIER,
        opens_namespaces=True,
        shares_package=True,
        finds_by_name=True,
        exports_values=True,
        runs_bases=False,
        is_server=True,
    ),
    "dart": Language(
        "dart",
        modules=Modules.DART_URI,
        extends_types=True,
        has_rich_enums=True,
        opens_namespaces=True,
        declares=True,
        exports_values=True,
    ),
    "swift": Language(
        "swift",
        opens_namespaces=True,
        shares_package=True,
        declares=True,
        has_structs=True,
        extends_types=True,
        exports_values=True,
    ),
    "csharp": Language(
        "csharp", opens_namespaces=True, shares_package=True, declares=True, implements_by_name=True, extends_types=True
    ),
    "rust": Language(
        "rust", opens_namespaces=True, declares=True, has_structs=True, implements_by_name=True, extends_types=True
    ),
    "elixir": Language(
        "elixir",
        opens_namespaces=True,
        declares=True,
        finds_by_name=True,
        runs_bases=False,
        passes_objects=True,
        is_server=True,
    ),
}
_UNKNOWN = replace(_JAVASCRIPT, family="")


def traits(language: str) -> Language:
    """The traits of a language by the name that `syntax.Module` gives it."""
    return _TABLE.get(language, _UNKNOWN)
