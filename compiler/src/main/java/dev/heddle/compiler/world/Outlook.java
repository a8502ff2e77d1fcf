package dev.heddle.compiler.world;

import dev.heddle.compiler.reuse.Same;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Locality;
import java.util.List;
import java.util.Map;

/// Everything in which what one proxy knows of others may differ from what another knows. Proxies
/// of equal outlook call the same clusters by the same routes, so these are compiled once for all
/// of them; a mesh of a thousand workloads has as many scopes and hardly more outlooks than
/// namespaces.
///
/// @param namespace of the proxy
/// @param labels of the workload, as far as some rule asks for them
/// @param dnsDomain completes short host names; empty where no routes are made
/// @param calls how the workload's calls come to the proxy
/// @param options of the proxy's listeners, the mesh's included
/// @param sidecar Sidecar that counts, as in `default/web`; empty for none
/// @param place where the proxy is, as far as some rule asks for it
/// @param hasIdentity whether the proxy has a certificate of the mesh
/// @param site cluster that the proxy is in, where some services keep to theirs; else empty
/// @param certificate that a gateway shows to services which want TLS, by the name of its Secret;
///   empty for none
/// @param external XBackends to which routes lead it, by their hosts and in order
/// @param answersNames whether the kernel sends it its workload's questions for names
/// @param telemetries that say what the proxy tells of calls, the widest first
public record Outlook(
        String namespace,
        Map<String, String> labels,
        String dnsDomain,
        Calls calls,
        ProxyOptions options,
        String sidecar,
        Place place,
        boolean hasIdentity,
        String site,
        String certificate,
        List<Hostname> external,
        boolean answersNames,
        List<Same<Resource<Telemetry>>> telemetries) {

    /// Where a proxy is.
    ///
    /// @param labels of its workload, with those that say where it is
    public record Place(Locality locality, Map<String, String> labels) {
        /// Nobody asks.
        public static final Place ANYWHERE = new Place(Locality.UNKNOWN, Map.of());

        public Place {
            labels = Map.copyOf(labels);
        }
    }

    /// How calls come to the proxy.
    public enum Calls {
        /// The kernel redirects them, so that the proxy knows where they were meant to go.
        REDIRECTED,
        /// To an HTTP proxy's address.
        HTTP_PROXY,
        /// By routes that the scope makes itself, as a gateway does.
        GATEWAY,
        /// Not at all.
        NONE
    }

    public Outlook {
        labels = Map.copyOf(labels);
        external = List.copyOf(external);
        telemetries = List.copyOf(telemetries);
    }
}
