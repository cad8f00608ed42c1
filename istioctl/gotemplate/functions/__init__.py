"""The functions templates may call, in tables by dialect: text/template's own, sprig's, Helm's, Istio's.

An entry is described in `table`. No function here reads files, the network or YAML; what needs
those is given from above.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final, cast

from istioctl.dialects import FURTHER_FUNCTIONS
from istioctl.golang.types import Function
from istioctl.gotemplate.functions.table import FunctionTable

#: The functions of each module, so that a text is compiled without importing those of which it calls none. A test holds
#: this and the modules' tables together.
_NAMES: Final[dict[str, str]] = {
    "builtin": "or and not eq ne lt le gt ge index slice len print println printf html js urlquery call",
    "strings": (
        "hello trim trimall trimAll trimSuffix trimPrefix upper lower title untitle swapcase snakecase "
        "kebabcase camelcase repeat substr trunc abbrev abbrevboth nospace initials wrap wrapWith contains "
        "hasPrefix hasSuffix quote squote cat indent nindent replace plural toString toStrings join sortAlpha "
        "splitList split splitn"
    ),
    "collections": (
        "tuple list mustPush mustAppend push append mustPrepend prepend concat mustFirst first mustLast last "
        "mustRest rest mustInitial initial mustReverse reverse mustCompact compact mustUniq uniq mustWithout "
        "without mustHas has mustSlice slice mustChunk chunk dict get set unset hasKey pluck keys values pick "
        "omit dig mustMerge merge mustMergeOverwrite mergeOverwrite mustDeepCopy deepCopy default empty "
        "coalesce all any ternary"
    ),
    "numbers": (
        "int int64 float64 atoi toDecimal add1 add sub mul div mod biggest max min maxf minf floor ceil round "
        "add1f addf subf mulf divf randInt until untilStep seq"
    ),
    "encoding": (
        "toJson mustToJson toPrettyJson mustToPrettyJson mustToRawJson toRawJson fromJson mustFromJson b64enc "
        "b64dec b32enc b32dec sha1sum sha256sum sha512sum adler32sum"
    ),
    "dates": (
        "now date date_in_zone dateInZone htmlDate htmlDateInZone date_modify dateModify must_date_modify "
        "mustDateModify toDate mustToDate unixEpoch ago duration durationRound"
    ),
    "regex": (
        "regexMatch mustRegexMatch regexFindAll mustRegexFindAll regexFind mustRegexFind regexReplaceAll "
        "mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit "
        "regexQuoteMeta"
    ),
    "semver": "semver semverCompare",
    "paths": "osBase base osDir dir osClean clean osExt ext osIsAbs isAbs urlParse urlJoin",
    "reflection": "typeOf typeIs typeIsLike kindOf kindIs deepEqual",
    "crypto": (
        "randAlphaNum randAlpha randNumeric randAscii randBytes shuffle uuidv4 bcrypt htpasswd derivePassword "
        "encryptAES decryptAES genPrivateKey buildCustomCert genCA genCAWithKey genSelfSignedCert "
        "genSelfSignedCertWithKey genSignedCert genSignedCertWithKey"
    ),
    "system": "env expandenv getHostByName fail",
    "helm": "include tpl required fail lookup getHostByName toJson fromJson fromJsonArray toToml fromToml",
}
_SPRIG: Final = (
    "strings", "collections", "numbers", "encoding", "dates", "regex", "semver", "paths", "reflection", "crypto",
    "system",
)  # fmt: skip
_MODULES: Final[dict[str, tuple[str, ...]]] = {
    "go": ("builtin", *_SPRIG),
    "helm": ("builtin", *_SPRIG, "helm"),
    "istio": ("builtin", *_SPRIG),
}
#: What a dialect takes away from sprig: Helm's charts must not read the environment.
_MISSING: Final = {"helm": frozenset(("env", "expandenv"))}


@cache
def homes_of(dialect: str) -> Mapping[str, str]:
    """The module of each function of a dialect; a later module's functions replace an earlier one's."""
    missing = _MISSING.get(dialect, ())
    return {name: module for module in _MODULES[dialect] for name in _NAMES[module].split() if name not in missing}


@cache
def functions_of(dialect: str) -> Mapping[str, Function]:
    """All functions of a dialect, which imports all their modules."""
    return FunctionTable({name: _table(module)[name] for name, module in homes_of(dialect).items()})


@cache
def further_functions_of(dialect: str) -> Mapping[str, Function]:
    """Those functions of a dialect that packages above this one have, see `istioctl.dialects`."""
    if dialect not in FURTHER_FUNCTIONS:
        return {}
    module, name = FURTHER_FUNCTIONS[dialect]
    return cast("Mapping[str, Function]", getattr(import_module(module), name)())


def function_at(module: str, name: str) -> Function:
    """The function `name` of one module, which alone is imported."""
    return _table(module)[name]


def _table(module: str) -> Mapping[str, Function]:
    table: Mapping[str, Function] = import_module(f"{__name__}.{module}").TABLE
    return table
