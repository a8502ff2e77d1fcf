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
/// @param node what the proxy says of itself beside that
public record ProxyScope(
        Role role,
        String namespace,
        Map<String, String> labels,
        String dnsDomain,
        String clusterId,
        Interception interception,
        WorkloadAnnotations annotations,
        Locality locality,
        Node node) {

    /// The field of a node's metadata that says where its certificate of the mesh is.
    public static final String IDENTITY = "HEDDLE_IDENTITY";

    /// One that says nothing more.
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
                Node.SILENT);
    }

    /// One that runs nowhere in particular and whose workload has no annotations.
    public ProxyScope(
            Role role,
            String namespace,
            Map<String, String> labels,
            String dnsDomain,
            String clusterId,
            Interception interception) {
        this(
                role,
                namespace,
                labels,
                dnsDomain,
                clusterId,
                interception,
                WorkloadAnnotations.NONE,
                Locality.UNKNOWN);
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

    /// What a proxy says of itself.
    ///
    /// @param metadata as far as it is texts, as in `ISTIO_VERSION`; nothing that only one proxy
    ///   can be
    /// @param process how it was started; empty where it says nothing
    /// @param addresses of the workload, by which services that list their endpoints one by one
    ///   know it; none where everything has the same one
    public record Node(
            Map<String, String> metadata,
            Optional<ProcessOptions> process,
            SortedSet<String> addresses) {
        /// Nothing.
        public static final Node SILENT = new Node(Map.of(), Optional.empty(), new TreeSet<>());

        public Node {
            metadata = Map.copyOf(metadata);
            addresses = Collections.unmodifiableSortedSet(new TreeSet<>(addresses));
        }

        private Node saying(Map<String, String> more) {
            var all = new TreeMap<>(metadata);
            all.putAll(more);
            return new Node(all, process, addresses);
        }
    }

    public ProxyScope {
        labels = Map.copyOf(labels);
    }

    /// The directory in which the proxy finds its certificate of the mesh, its key and the mesh's
    /// roots; empty for a proxy that has no identity.
    public Optional<String> identity() {
        return Optional.ofNullable(node.metadata.get(IDENTITY)).filter(d -> !d.isEmpty());
    }

    /// The same, with a certificate of the mesh in that directory.
    public ProxyScope identified(String directory) {
        return with(node.saying(Map.of(IDENTITY, directory)));
    }

    /// The same, with those addresses.
    public ProxyScope at(Set<String> addresses) {
        return with(new Node(node.metadata, node.process, new TreeSet<>(addresses)));
    }

    /// The same, started like that.
    ///
    /// @param more that its node says then
    public ProxyScope started(ProcessOptions process, Map<String, String> more) {
        return with(new Node(node.saying(more).metadata, Optional.of(process), node.addresses));
    }

    private ProxyScope with(Node other) {
        return new ProxyScope(
                role,
                namespace,
                labels,
                dnsDomain,
                clusterId,
                interception,
                annotations,
                locality,
                other);
    }
}
