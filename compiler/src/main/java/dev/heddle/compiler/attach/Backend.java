package dev.heddle.compiler.attach;

import dev.heddle.model.policy.RouteExtension;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Hostname;

/// What a reference of a route comes to, be it to somebody who answers or to a filter.
public sealed interface Backend {
    /// A port of a service.
    ///
    /// @param host of the service, which names its cluster
    /// @param namespace of the resource that names the service: who looks it up by its host asks as
    ///   this namespace, since the reference was allowed
    /// @param port of the service
    /// @param protocol that the service declares for the port
    /// @param isEntry whether a ServiceEntry names it, rather than a Service
    record To(Hostname host, String namespace, int port, AppProtocol protocol, boolean isEntry)
            implements Backend {}

    /// Nobody who answers, but a filter of Heddle's own.
    record Filter(RouteExtension filter) implements Backend {}

    /// Nothing: requests that would go there are answered 500, connections are closed. As one of
    /// several weighted ones it keeps its share of the requests.
    ///
    /// @param reason of the condition ResolvedRefs
    record Refused(Reason reason, String message) implements Backend {}
}
