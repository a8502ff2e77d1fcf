package dev.heddle.compiler.world;

import dev.heddle.model.service.Locality;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Everything in which one proxy's configuration may differ from another's. Two proxies of equal
/// scope get the same bytes; with the [World] this is the compiler's whole input, and so the whole
/// key of what it made.
///
/// @param role what the proxy is for
/// @param namespace of the workload beside the proxy, or of the gateway
/// @param labels of the workload, which selectors match
/// @param dnsDomain of the workload, as in `default.svc.cluster.local`; completes short host names
/// @param clusterId of the cluster or site the proxy runs in, as in `Kubernetes`
/// @param interception how the workload's traffic gets into the proxy
/// @param annotations of the workload
/// @param locality where the proxy runs
/// @param metadata of the proxy's node, as far as it is texts, as in `ISTIO_VERSION`; nothing that
///   only one proxy can be
/// @param process how it was started, as it says itself; empty where it says nothing
/// @param addresses of the workload, by which services that list their endpoints one by one know
///   it; none where everything has the same one
public record ProxyScope(
        Role role,
        String namespace,
        Map<String, String> labels,
        String dnsDomain,
        String clusterId,
        Interception interception,
        WorkloadAnnotations annotations,
        Locality locality,
        Map<String, String> metadata,
        Optional<ProcessOptions> process,
        SortedSet<String> addresses) {

    /// The field of a node's metadata that says where its certificate of the mesh is.
    public static final String IDENTITY = "HEDDLE_IDENTITY";

    /// One whose node says nothing more.
    public ProxyScope(
            Role role,
            String namespace,
            Map<String, String> labels,
            String dnsDomain,
            String clusterId,
            Interception interception,
            WorkloadAnnotations annotations,
            Locality locality) {
        this(
                role,
                namespace,
                labels,
                dnsDomain,
                clusterId,
                interception,
                annotations,
                locality,
                Map.of(),
                Optional.empty(),
                new TreeSet<>());
    }

    /// One that runs nowhere in particular.
    public ProxyScope(
            Role role,
            String namespace,
            Map<String, String> labels,
            String dnsDomain,
            String clusterId,
            Interception interception,
            WorkloadAnnotations annotations) {
        this(
                role,
                namespace,
                labels,
                dnsDomain,
                clusterId,
                interception,
                annotations,
                Locality.UNKNOWN);
    }

    /// One whose workload has no annotations.
    public ProxyScope(
            Role role,
            String namespace,
            Map<String, String> labels,
            String dnsDomain,
            String clusterId,
            Interception interception) {
        this(role, namespace, labels, dnsDomain, clusterId, interception, WorkloadAnnotations.NONE);
    }

    /// What a proxy is for. Istio's node types.
    public enum Role {
        /// Beside one workload, for its traffic in both directions.
        SIDECAR,
        /// At an edge of the mesh, for the Gateway resources that select it.
        GATEWAY
    }

    /// How traffic gets into a proxy.
    public sealed interface Interception {
        /// The kernel hands it over: outbound to port 15001, inbound to 15006, as Istio does it.
        /// The proxy finds out where a connection wanted to go.
        record Redirect(Kernel kernel) implements Interception {
            /// As the mesh has it.
            public Redirect() {
                this(Kernel.UNSAID);
            }
        }

        /// How the kernel hands connections over.
        enum Kernel {
            /// As the proxy's options say; `REDIRECT`, if they say nothing.
            UNSAID,
            /// By changing where they go to.
            REDIRECT,
            /// As they are, to a transparent socket.
            TPROXY
        }

        /// Nothing is redirected: applications and peers call the proxy's listeners by address, as
        /// Istio does it with `INTERCEPTION_MODE: NONE`. Needs no privileges.
        ///
        /// @param httpProxy where the workload's own `HTTP_PROXY` points to, as in
        ///   `127.0.0.1:20001`; empty for none
        /// @param inbound one listener for each port that the workload serves
        /// @param binds for gateways: where a Gateway server's port is really bound, as in `8080 ->
        ///   127.0.0.1:18080`; ports that are not named bind `0.0.0.0`
        record Explicit(String httpProxy, List<InboundPort> inbound, Map<Integer, String> binds)
                implements Interception {
            public Explicit {
                inbound = List.copyOf(inbound);
                binds = Map.copyOf(binds);
            }
        }
    }

    /// One port that a workload serves through its proxy.
    ///
    /// @param port that the workload's service knows, as in `9080`; names the cluster
    ///   `inbound|9080||`
    /// @param bind where the proxy listens for it, as in `127.0.0.1:20002`
    /// @param application where the workload itself listens, as in `127.0.0.1:20003`
    public record InboundPort(int port, String bind, String application) {}

    public ProxyScope {
        labels = Map.copyOf(labels);
        metadata = Map.copyOf(metadata);
        addresses = Collections.unmodifiableSortedSet(new TreeSet<>(addresses));
    }

    /// The same, with those addresses.
    public ProxyScope at(Set<String> others) {
        return new ProxyScope(
                role,
                namespace,
                labels,
                dnsDomain,
                clusterId,
                interception,
                annotations,
                locality,
                metadata,
                process,
                new TreeSet<>(others));
    }

    /// The directory in which the proxy finds its certificate of the mesh, its key and the mesh's
    /// roots; empty for a proxy that has no identity.
    public Optional<String> identity() {
        return Optional.ofNullable(metadata.get(IDENTITY)).filter(d -> !d.isEmpty());
    }

    /// The same, with a certificate of the mesh in that directory.
    public ProxyScope identified(String directory) {
        var all = new TreeMap<>(metadata);
        all.put(IDENTITY, directory);
        return new ProxyScope(
                role,
                namespace,
                labels,
                dnsDomain,
                clusterId,
                interception,
                annotations,
                locality,
                all,
                process,
                addresses);
    }

    /// The same, started like that.
    ///
    /// @param more that its node says then
    public ProxyScope started(ProcessOptions with, Map<String, String> more) {
        var all = new TreeMap<>(metadata);
        all.putAll(more);
        return new ProxyScope(
                role,
                namespace,
                labels,
                dnsDomain,
                clusterId,
                interception,
                annotations,
                locality,
                all,
                Optional.of(with),
                addresses);
    }
}
