package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.HttpFeature.StatefulSession;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;

/// What the mesh says of the services that routes send requests to, whoever's words it is said in.
public interface Services {
    /// What hosts of the destinations are chosen by.
    List<HashKey> hash(List<Destination> destinations);

    /// How clients stay with one host; empty where they don't.
    Optional<StatefulSession> session(List<Destination> destinations);

    /// Retries of requests that no rule says retries for.
    Optional<Retry> retry();

    /// Whether requests can go to that port of a service: not where a policy wants TLS, and there
    /// is nobody to believe.
    boolean isReachable(Backend.To backend);

    /// The name by which hits of the rule at that place are counted; empty for none.
    String rule(Origin origin);
}
