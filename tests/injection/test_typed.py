from __future__ import annotations

import pytest

from istioctl.golang import json_text
from istioctl.injection import typed


def test_one_form():
    data = {
        "name": "a",
        "IMAGE": "i",
        "unknown": 1,
        "stdin": False,
        "env": [{"name": "A", "value": 1.50}, {"name": "B", "value": ""}],
        "args": [1, True, None],
        "resources": {"limits": {"cpu": 0.5, "memory": "1024Mi"}},
        "securityContext": {"privileged": False},
        "readinessProbe": {"httpGet": {"port": 80.0}},
        "livenessProbe": None,
    }
    assert typed.read(data, "Container", lenient=True) == {
        "name": "a",
        "image": "i",
        "env": [{"name": "A", "value": "1.5"}, {"name": "B"}],
        "args": ["1", "true", ""],
        "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}},
        "securityContext": {"privileged": False},
        "readinessProbe": {"httpGet": {"port": 80}},
    }


@pytest.mark.parametrize(
    ("data", "lenient", "said"),
    [
        ({"spec": {"containers": {}}}, True, "spec.containers: a list is expected here, not a mapping"),
        ({"spec": {"containers": [{"name": ["x"]}]}}, True, "spec.containers[0].name: text is expected"),
        ({"spec": {"containers": [{"name": 1}]}}, False, "not the number 1"),
        ({"spec": {"volumes": [{"name": "v", "nfs": {"server": True}}]}}, True, "spec.volumes[0].nfs.server: text"),
        ({"spec": {"hostNetwork": "true"}}, True, "true or false is expected here, not the text 'true'"),
        ({"spec": {"priority": 1 << 40}}, True, "is not in -2147483648 to 2147483647"),
        ({"spec": {"priority": 1.5}}, True, "a whole number is expected"),
        ({"metadata": {"creationTimestamp": "today"}}, True, "a time such as"),
        ({"spec": {"overhead": {"cpu": "lots"}}}, True, "spec.overhead.cpu: 'lots' is not a quantity"),
        ({"metadata": {"labels": {"a": {}}}}, True, "metadata.labels.a: text"),
        ({"spec": []}, True, "spec: a mapping is expected here, not a list"),
    ],
)
def test_wrong_types_name_their_place(data, lenient, said):
    with pytest.raises(typed.WrongTypeError) as caught:
        typed.read(data, "Pod", lenient=lenient)
    assert said in caught.value.message


def test_go_prints_fields_in_order_with_their_zeros():
    container = typed.read({"ports": [{"name": "<p>"}], "name": "c"}, "Container", lenient=False)
    assert json_text.write_plain(typed.complete(container, "Container")) == (
        '{"name":"c","ports":[{"name":"\\u003cp\\u003e","containerPort":0}],"resources":{}}'
    )
