// Package suite runs the Kubernetes Gateway API's own conformance suite against Heddle: see `run`.
package suite

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	v1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/gateway-api/apis/v1alpha2"
	"sigs.k8s.io/gateway-api/apis/v1alpha3"
	"sigs.k8s.io/gateway-api/apis/v1beta1"
	xv1alpha1 "sigs.k8s.io/gateway-api/apisx/v1alpha1"
	"sigs.k8s.io/gateway-api/conformance"
	confv1 "sigs.k8s.io/gateway-api/conformance/apis/v1"
	"sigs.k8s.io/gateway-api/conformance/utils/config"
	"sigs.k8s.io/gateway-api/conformance/utils/flags"
	confsuite "sigs.k8s.io/gateway-api/conformance/utils/suite"
	"sigs.k8s.io/gateway-api/pkg/consts"
)

var (
	dataPlane = flag.String("plane", "heddle", "who carries requests: heddle or envoy")
	launcher  = flag.String("heddle", "", "the checkout's program")
	envoy     = flag.String("envoy", "", "Envoy's program")
	echo      = flag.String("echo", "", "the suite's echo-basic")
	podOf     = flag.String("pod", "", "our program for pods")
	directory = flag.String("directory", "", "where logs and the like go; it is there, and empty")
	version   = flag.String("heddle-version", "unknown", "for the report")
)

const className = "heddle"

func TestConformance(t *testing.T) {
	made := start(t)
	url, err := (&api{made}).serve()
	must(t, err)
	rest := &rest.Config{
		Host: url, ContentConfig: rest.ContentConfig{ContentType: runtime.ContentTypeJSON}, QPS: -1,
	}
	options := client.Options{Scheme: types(t), Mapper: mapper()}
	asked, err := client.New(rest, options)
	must(t, err)
	set, err := kubernetes.NewForConfig(rest)
	must(t, err)
	wishes := confsuite.ConfigurableOptions{
		GatewayClassName: className, MeshName: className, Mode: "default",
		CleanupBaseResources: false, CleanupTestResources: true,
		TimeoutConfig:            timeouts(),
		ConformanceProfiles:      []confsuite.ConformanceProfileName{confsuite.GatewayHTTPConformanceProfileName, confsuite.GatewayGRPCConformanceProfileName, confsuite.GatewayTLSConformanceProfileName, confsuite.MeshHTTPConformanceProfileName, confsuite.MeshGRPCConformanceProfileName},
		UsableNetworkAddresses:   []v1.GatewaySpecAddress{{Type: new(v1.IPAddressType), Value: staticIP}},
		UnusableNetworkAddresses: []v1.GatewaySpecAddress{{Type: new(v1.IPAddressType), Value: unusableIP}},
		Implementation: confv1.Implementation{
			Organization: "heddle", Project: "heddle", URL: "https://heddle.dev", Version: *version,
			Contact: []string{"CONTRIBUTING.md"},
		},
		ReportOutputPath: filepath.Join(*directory, "report.yaml"),
	}
	flags.ApplyAll(&wishes)
	told := &outcomes{by: map[string]string{}}
	t.Cleanup(told.print)
	conformance.RunConformanceWithOptions(t, confsuite.ConformanceOptions{
		ConfigurableOptions: wishes, Client: asked, ClientOptions: options, Clientset: set,
		RestConfig: rest, ManifestFS: []fs.FS{&conformance.Manifests},
		Hook: func(t *testing.T, test confsuite.ConformanceTest, _ *confsuite.ConformanceTestSuite) {
			told.add(t, test.ShortName)
		},
	})
}

// start runs what the suite is for: a control plane, and a cluster around it with a class of Gateways
// and a mesh.
func start(t *testing.T) *cluster {
	log.SetLogger(zap.New(zap.WriteTo(os.Stdout)))
	network, err := startNetwork()
	must(t, err)
	control, err := startHeddle(*launcher, *directory, bridgeIP)
	must(t, err)
	logs := filepath.Join(*directory, "nodes")
	must(t, os.MkdirAll(logs, 0o700))
	made := &cluster{
		heddle: control, network: network, objects: map[string]object{},
		nodes: &nodes{
			plane:    plane{*dataPlane, *launcher, *envoy, logs},
			network:  network,
			programs: programs{*echo, *podOf},
			running:  map[string]*pod{}, fronts: map[string]*front{},
		},
	}
	for k, controller := range map[*kind]string{&gatewayClasses: "gateway", &meshes: "mesh"} {
		_, err := made.create(*k, object{
			"apiVersion": k.group + "/" + k.versions[0], "kind": k.name,
			"metadata": map[string]any{"name": className},
			"spec":     map[string]any{"controllerName": "heddle.dev/" + controller + "-controller"},
		})
		must(t, err)
	}
	// The suite asks which version of the API there is.
	made.put(definitions, object{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{
			"name": "gateways." + gatewayGroup,
			"annotations": map[string]any{
				consts.BundleVersionAnnotation: consts.BundleVersion, consts.ChannelAnnotation: "experimental",
			},
		},
	})
	return made
}

func types(t *testing.T) *runtime.Scheme {
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		scheme.AddToScheme, appsv1.AddToScheme, apiextensionsv1.AddToScheme,
		v1.Install, v1beta1.Install, v1alpha2.Install, v1alpha3.Install, xv1alpha1.Install,
	} {
		must(t, add(all))
	}
	return all
}

// timeouts are the suite's, but shorter where a status is waited for: it is there when a write is
// answered.
func timeouts() config.TimeoutConfig {
	all := config.DefaultTimeoutConfig()
	for _, each := range []*time.Duration{
		&all.GatewayMustHaveAddress, &all.GatewayMustHaveCondition, &all.GatewayStatusMustHaveListeners,
		&all.GatewayListenersMustHaveConditions, &all.ListenerSetMustHaveCondition,
		&all.ListenerSetListenersMustHaveConditions, &all.GWCMustBeAccepted, &all.HTTPRouteMustNotHaveParents,
		&all.HTTPRouteMustHaveCondition, &all.TLSRouteMustHaveCondition, &all.TCPRouteMustHaveCondition,
		&all.UDPRouteMustHaveCondition, &all.RouteMustHaveParents, &all.LatestObservedGenerationSet,
		&all.DefaultTestTimeout,
	} {
		*each = 20 * time.Second
	}
	return all
}

// outcomes is what became of each test.
type outcomes struct {
	mutex sync.Mutex
	by    map[string]string
}

func (o *outcomes) add(t *testing.T, name string) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	switch {
	case t.Failed():
		o.by[name] = "failed"
	case t.Skipped():
		o.by[name] = "skipped"
	default:
		o.by[name] = "passed"
	}
}

func (o *outcomes) print() {
	counts := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(o.by)) {
		counts[o.by[name]]++
		if o.by[name] != "passed" {
			fmt.Printf("rig: %s %s\n", o.by[name], name)
		}
	}
	fmt.Printf("rig: %d passed, %d failed, %d skipped of %d\n",
		counts["passed"], counts["failed"], counts["skipped"], len(o.by))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
