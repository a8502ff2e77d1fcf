package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.service.MeshService;
import java.util.List;
import java.util.Optional;

/// Routes of services that are said in other words than Istio's. Where there are some, they are
/// all: a request that none of them is for is answered 404, and no VirtualService counts.
public interface ServiceRouting {
    /// Empty where no such route is for that port of the service.
    Optional<List<Route>> routes(MeshService service, int port);
}
