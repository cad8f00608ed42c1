"""What an injector is told besides the pod."""

from __future__ import annotations

import pytest

from istioctl.errors import InputError
from istioctl.injection.settings import read_templates

_TEMPLATES = "templates: {sidecar: 'spec: {}'}\n"


def test_aliases_are_lists_of_templates():
    assert read_templates(_TEMPLATES + "aliases: {all: [sidecar], none: }\n", "f").aliases == {
        "all": ["sidecar"],
        "none": (),
    }


@pytest.mark.parametrize("text", ["aliases: {all: sidecar}", "aliases: [all]", "templates: {sidecar: 1}"])
def test_what_has_a_wrong_type_is_named(text):
    with pytest.raises(InputError) as caught:
        read_templates(text if text.startswith("templates") else _TEMPLATES + text, "f")
    assert caught.value.where == "f"


def test_a_bare_template_is_the_sidecar():
    assert read_templates("spec: {{ . }}", "f").texts == {"sidecar": "spec: {{ . }}"}
