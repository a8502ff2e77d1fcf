package suite

import (
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A kind that the suite reads or writes.
type kind struct {
	group, name, plural string
	versions            []string
	// The word for it in the API of Heddle's control plane; empty where Heddle has no use for it.
	heddle      string
	clusterWide bool
	// Whether the control plane makes its status.
	hasStatus bool
	// Whether a cluster takes whatever is in it. Where the control plane's API refuses it, it gets a
	// file of it, which it does not believe either, but which nobody refuses.
	isUnchecked bool
}

const (
	gatewayGroup = "gateway.networking.k8s.io"
	meshGroup    = "gateway.networking.x-k8s.io"
)

var gatewayVersions = []string{"v1", "v1beta1", "v1alpha3", "v1alpha2"}

var (
	deployments = kind{group: "apps", name: "Deployment", plural: "deployments", versions: []string{"v1"}}
	pods        = kind{name: "Pod", plural: "pods", versions: []string{"v1"}}
	secrets     = kind{
		name: "Secret", plural: "secrets", versions: []string{"v1"}, heddle: "secrets",
		isUnchecked: true,
	}
	configMaps = kind{
		name: "ConfigMap", plural: "configmaps", versions: []string{"v1"}, heddle: "configmaps",
		isUnchecked: true,
	}
	services   = kind{name: "Service", plural: "services", versions: []string{"v1"}, heddle: "services"}
	namespaces = kind{
		name: "Namespace", plural: "namespaces", versions: []string{"v1"}, heddle: "namespaces",
		clusterWide: true,
	}
	gateways       = ofGateways("Gateway", "gateways", "gateways."+gatewayGroup)
	gatewayClasses = kind{
		group: gatewayGroup, name: "GatewayClass", plural: "gatewayclasses",
		versions: gatewayVersions, heddle: "gatewayclasses", clusterWide: true, hasStatus: true,
	}
	meshes = kind{
		group: meshGroup, name: "XMesh", plural: "xmeshes", versions: []string{"v1alpha1"},
		heddle: "xmeshes", clusterWide: true, hasStatus: true,
	}
	definitions = kind{
		group: "apiextensions.k8s.io", name: "CustomResourceDefinition",
		plural: "customresourcedefinitions", versions: []string{"v1"}, clusterWide: true,
	}
)

var kinds = []kind{
	deployments, pods, secrets, configMaps, services, namespaces, gateways, gatewayClasses, meshes,
	definitions,
	{name: "ServiceAccount", plural: "serviceaccounts", versions: []string{"v1"}},
	{
		group: "discovery.k8s.io", name: "EndpointSlice", plural: "endpointslices",
		versions: []string{"v1"}, heddle: "endpointslices",
	},
	ofGateways("ListenerSet", "listenersets", "listenersets"),
	ofGateways("HTTPRoute", "httproutes", "httproutes"),
	ofGateways("GRPCRoute", "grpcroutes", "grpcroutes"),
	ofGateways("TLSRoute", "tlsroutes", "tlsroutes"),
	ofGateways("TCPRoute", "tcproutes", "tcproutes"),
	ofGateways("UDPRoute", "udproutes", "udproutes"),
	ofGateways("ReferenceGrant", "referencegrants", "referencegrants"),
	ofGateways("BackendTLSPolicy", "backendtlspolicies", "backendtlspolicies"),
}

func ofGateways(name, plural, heddle string) kind {
	return kind{
		group: gatewayGroup, name: name, plural: plural, versions: gatewayVersions,
		heddle: heddle, hasStatus: true,
	}
}

// mapper tells the suite's client where each kind is, so that it need not ask.
func mapper() meta.RESTMapper {
	all := meta.NewDefaultRESTMapper(nil)
	for _, k := range kinds {
		scope := meta.RESTScopeNamespace
		if k.clusterWide {
			scope = meta.RESTScopeRoot
		}
		for _, version := range k.versions {
			at := schema.GroupVersion{Group: k.group, Version: version}
			all.AddSpecific(at.WithKind(k.name), at.WithResource(k.plural), at.WithResource(k.plural), scope)
		}
	}
	return all
}

func find(group, plural string) (kind, bool) {
	for _, k := range kinds {
		if k.group == group && k.plural == plural {
			return k, true
		}
	}
	return kind{}, false
}
