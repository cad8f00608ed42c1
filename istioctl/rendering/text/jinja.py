"""Running the program's own Jinja2 templates, `manifests/**/*.yaml.j2`.

What the templates may count on:

* `{{ value }}` writes any value as YAML, quoted where needed, whatever it contains; it stands alone behind `key: `,
  behind `- ` or on a line of its own (see `layout`). Macros are written at column 0 and placed in the same way.
* `{{ value | optional }}` drops the line where the value is missing or empty.
* `{{ value | bare }}` is for numbers: a text that reads as a number or boolean becomes one, as it does where a Helm
  chart leaves the quotes out.
* `{{ value | as_text }}` is for texts that may be given as numbers: written as Go prints them.
* A name or key that is not there is an error, except before `optional`.

Compiling takes longer than running, so the templates come compiled with the wheel, and others are kept (see `cache`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound, Undefined
from jinja2 import compiler as jinja_compiler
from jinja2.exceptions import UndefinedError
from markupsafe import Markup

from istioctl import prebuilt
from istioctl.errors import InternalError
from istioctl.file_cache import fingerprint
from istioctl.rendering.text.cache import kept
from istioctl.rendering.text.data_files import data_folder
from istioctl.rendering.text.layout import NO_LINE, lay_out, lines_token, to_text
from istioctl.rendering.text.value_text import bare, env_entries, go_text, requirements

_SUFFIX = ".yaml.j2"
_COMPILER = Path(str(jinja_compiler.__file__))


def render_template(name: str, facts: Mapping[str, Any]) -> list[str]:
    """The documents a template makes, in its order.

    Args:
        name: its path below `manifests` without the ending, such as `istiod/deployment`.
        facts: what the template can name.

    Raises:
        InternalError: the template asks for something that is not there.
    """
    try:
        text = _environment().get_template(name).render(facts)
    except UndefinedError as error:
        raise InternalError(f"a template can't be filled: {error}", where=f"manifests/{name}{_SUFFIX}") from None
    documents = (part.strip("\n") for part in f"\n{lay_out(text)}\n".split("\n---\n"))
    return [f"{document}\n" for document in documents if document]


class _ManifestEnvironment(Environment):
    """`a.b` is a key of a mapping first: values have keys such as `values` and `items`; what is null has nothing."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if obj is None:
            return None
        if type(obj) is dict:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


class _CompiledLoader(BaseLoader):
    """Gives templates from code that was compiled before."""

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:  # noqa: A002 - Jinja's name
        file = data_folder("manifests") / f"{name}{_SUFFIX}"
        if not file.is_file():
            raise TemplateNotFound(name)
        code = prebuilt.code(_key(file)) or _kept(environment, name, file)
        return Template.from_code(environment, code, environment.make_globals(globals))


@cache
def _environment() -> Environment:
    environment = _ManifestEnvironment(
        loader=_CompiledLoader(),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        autoescape=True,  # so that a macro's result is told from a text; nothing is escaped, see _finalize
        auto_reload=False,
    )
    environment.filters.update(
        as_env=env_entries,
        as_mapping=_as_mapping,
        as_resources=requirements,
        as_text=_as_text,
        as_texts=_as_texts,
        bare=_bare,
        merged=_merged,
        optional=_optional,
    )
    environment.tests["given"] = _is_given
    return environment


def _kept(environment: Environment, name: str, file: Path) -> CodeType:
    def build() -> CodeType:
        return environment.compile(file.read_text(encoding="utf-8"), name, str(file))

    return kept(f"manifests-{name.replace('/', '-')}", [_COMPILER, file], build)


def _key(file: Path) -> str:
    """What the code of a template depends on: its text, and which Jinja2 compiles and runs it."""
    return fingerprint("jinja", _jinja(), file.read_text(encoding="utf-8"))


@cache
def _jinja() -> str:
    return fingerprint(_COMPILER.read_text(encoding="latin-1"))  # whatever bytes it holds


def template_names() -> list[str]:
    """The names of all templates."""
    root = data_folder("manifests")
    return sorted(file.relative_to(root).as_posix().removesuffix(_SUFFIX) for file in root.rglob(f"*{_SUFFIX}"))


def prebuilt_module(name: str) -> tuple[str, str]:
    """The key and the text of the module that the wheel carries for one template (see `istioctl.prebuilt`)."""
    file = data_folder("manifests") / f"{name}{_SUFFIX}"
    source = _environment().compile(file.read_text(encoding="utf-8"), name, f"{name}{_SUFFIX}", raw=True)
    return _key(file), f"{source}\n"


class _NoLine:
    """What `optional` gives where there is nothing to write."""


_NO_LINE = _NoLine()


def _optional(value: object) -> object:
    return value if _is_given(value) else _NO_LINE


def _is_given(value: object) -> bool:
    return bool(not isinstance(value, Undefined) and value)


def _bare(value: object) -> object:
    return value if isinstance(value, Undefined) else bare(value)


def _as_text(value: object) -> object:
    return value if isinstance(value, Undefined) else go_text(value)


def _as_texts(entries: Mapping[str, Any] | None) -> dict[str, str]:
    return {key: go_text(value) for key, value in (entries or {}).items()}


def _as_mapping(value: object) -> object:
    return {} if isinstance(value, Undefined) or value is None else value


def _merged(first: Mapping[str, Any] | None, *others: Mapping[str, Any] | None) -> dict[str, Any]:
    """One mapping out of several; a later one's entries win."""
    result = dict(first or {})
    for other in others:
        result.update(other or {})
    return result


def _finalize(value: object) -> Markup:
    if type(value) is Markup:
        return Markup(lines_token(value))  # noqa: S704 - YAML, not HTML
    if value is _NO_LINE:
        return Markup(NO_LINE)  # noqa: S704
    if isinstance(value, Undefined):
        str(value)  # raises
    return Markup(to_text(value))  # noqa: S704
