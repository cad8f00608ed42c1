"""kubectl's output templates over jsonpath-ng: `-o jsonpath=` and `-o custom-columns=`.

kubectl's dialect is that of https://kubernetes.io/docs/reference/kubectl/jsonpath/ as k8s.io/client-go/util/jsonpath
reads it: texts with paths in braces, `{range}` and `{end}`. `reader` makes jsonpath-ng expressions of the paths,
`steps` has those steps of a path in which kubectl and jsonpath-ng differ, `template` runs a template on data, and
`columns` makes tables.
"""
