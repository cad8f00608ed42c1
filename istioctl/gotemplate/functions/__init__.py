"""The functions templates may call, in tables by dialect: text/template's own, sprig's, Helm's, Istio's.

An entry is described in `istioctl.gotemplate.signatures`. No function here reads files, the network or YAML; what needs
those is given from above.
"""
