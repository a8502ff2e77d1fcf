package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A route that is in force at a listener, or for a service.
///
/// @param resource the route
/// @param parent the reference by which it is there, as in `spec.parentRefs[0]`
/// @param hostnames of requests that it is for at this listener: what its own hostnames and the
///   listener's have in common, each once, the most specific first; [Hostname#ANY] for all. For a
///   service only [Hostname#ANY]
/// @param backends what each reference of the route comes to, by its path, as in
///   `spec.rules[0].backendRefs[1]` or `spec.rules[0].filters[2].requestMirror.backendRef`; also
///   those of `externalAuth.backendRef` and `extensionRef`
/// @param broken rules, by their index, of whose filters one excludes another: none of their
///   requests may pass
/// @param <S> an HttpRoute, GrpcRoute, TlsRoute, TcpRoute or UdpRoute
public record AttachedRoute<S>(
        Resource<S> resource,
        FieldPath parent,
        List<Hostname> hostnames,
        Map<FieldPath, Backend> backends,
        Set<Integer> broken) {

    public AttachedRoute {
        hostnames = List.copyOf(hostnames);
        backends = Map.copyOf(backends);
        broken = Set.copyOf(broken);
    }

    /// What the reference at that path comes to; empty where there is none.
    public Optional<Backend> backend(FieldPath path) {
        return Optional.ofNullable(backends.get(path));
    }
}
