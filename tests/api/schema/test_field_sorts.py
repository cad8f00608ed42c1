"""The glance at the table agrees with what the messages say."""

from __future__ import annotations

from istioctl.api.schema.catalog import is_message, message
from istioctl.api.schema.field_sorts import field_sorts
from istioctl.api.schema.scalars import RANGES


def test_the_fields_of_everyday_types_have_their_sorts() -> None:
    sorts = field_sorts()
    for name in ("Pod", "PodSpec", "Container", "Service", "ServiceSpec", "ServicePort", "Deployment", "ConfigMap"):
        for field in message(f"k8s.{name}").fields.values():
            if field.many:
                wanted = ("mappings" if is_message(field.of) else "texts") if field.many == "list" else "mapping"
            else:
                wanted = "mapping" if is_message(field.of) else "number" if field.of in RANGES else field.of
            assert wanted in sorts[field.name], (name, field.name)
    assert sorts["replicas"] == {"number"}
    assert sorts["containers"] == {"mappings"}
    assert sorts["args"] == {"texts"}
    assert sorts["hostNetwork"] == {"bool"}
