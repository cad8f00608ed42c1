package main

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// serveServices opens on this machine what kube-proxy and a load balancer would
// open: the addresses of Services, external ones and node ports included. As
// long as no rule leads the port of a ready pod somewhere, connections are refused.
func (n *nodes) serveServices() {
	type entrance struct {
		target   servicePort
		listener net.Listener // nil where the address can't be had: a low port without the right to it, say
	}
	open := map[string]entrance{}
	for range time.Tick(250 * time.Millisecond) {
		wanted := n.entrances()
		for address, e := range open {
			if target, ok := wanted[address]; ok && target == e.target {
				continue
			}
			if e.listener != nil {
				e.listener.Close()
			}
			delete(open, address)
		}
		for address, target := range wanted {
			if _, ok := open[address]; ok {
				continue
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				fmt.Fprintf(os.Stderr, "service %s/%s: %v\n", target.namespace, target.name, err)
				open[address] = entrance{target: target}
				continue
			}
			open[address] = entrance{target, listener}
			go n.serveEntrance(target, listener)
		}
	}
}

type servicePort struct {
	namespace, name string
	port            int32
}

// entrances are the addresses of this machine that lead to a port of a Service.
func (n *nodes) entrances() map[string]servicePort {
	found := map[string]servicePort{}
	known, err := readRules(n.rules)
	if err != nil {
		return found
	}
	services, _ := n.services.List(labels.Everything())
	for _, svc := range services {
		hosts := []string{svc.Spec.ClusterIP}
		for _, in := range svc.Status.LoadBalancer.Ingress {
			hosts = append(hosts, in.IP)
		}
		for _, p := range svc.Spec.Ports {
			if p.Protocol != corev1.ProtocolTCP || !n.led(known, svc, p) {
				continue
			}
			target := servicePort{svc.Namespace, svc.Name, p.Port}
			for _, host := range hosts {
				if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
					found[net.JoinHostPort(host, strconv.Itoa(int(p.Port)))] = target
				}
			}
			for i := 0; p.NodePort != 0 && i < n.count; i++ {
				found[net.JoinHostPort(nodeIP(i), strconv.Itoa(int(p.NodePort)))] = target
			}
		}
	}
	return found
}

func (n *nodes) led(known rules, svc *corev1.Service, p corev1.ServicePort) bool {
	for _, pod := range n.readyPods(svc) {
		if known.of(pod).Ports[targetPort(pod, p)] != "" {
			return true
		}
	}
	return false
}

func (n *nodes) serveEntrance(target servicePort, listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			svc, err := n.services.Services(target.namespace).Get(target.name)
			if err != nil {
				return
			}
			if server, err := n.dialService(svc, target.port); err == nil {
				_ = pipe(client, server)
			}
		}()
	}
}

// dialService connects to the first ready pod of a Service that takes the connection.
func (n *nodes) dialService(svc *corev1.Service, port int32) (net.Conn, error) {
	err := fmt.Errorf("dial tcp %s:%d: connect: connection refused", svc.Spec.ClusterIP, port)
	for _, p := range svc.Spec.Ports {
		if p.Port != port {
			continue
		}
		for _, pod := range n.readyPods(svc) {
			var conn net.Conn
			if conn, err = n.dialPod(pod, targetPort(pod, p)); err == nil {
				return conn, nil
			}
		}
	}
	return nil, err
}

func (n *nodes) readyPods(svc *corev1.Service) []*corev1.Pod {
	if len(svc.Spec.Selector) == 0 {
		return nil
	}
	pods, _ := n.pods.Pods(svc.Namespace).List(labels.SelectorFromSet(svc.Spec.Selector))
	var found []*corev1.Pod
	for _, pod := range pods {
		if stageOf(pod) == ready && pod.DeletionTimestamp == nil {
			found = append(found, pod)
		}
	}
	return found
}

// targetPort is the port in the pod that a Service's port leads to.
func targetPort(pod *corev1.Pod, p corev1.ServicePort) string {
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, named := range c.Ports {
			if named.Name != "" && named.Name == p.TargetPort.StrVal {
				return strconv.Itoa(int(named.ContainerPort))
			}
		}
	}
	return p.TargetPort.String()
}
