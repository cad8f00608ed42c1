"""Waypoints: the Gateways through which ambient's layer 7 traffic goes.

Source: istio `istioctl/pkg/waypoint/waypoint.go`.
"""
