package dev.heddle.proxy.route;

import java.util.Optional;

/// What a route does with requests behind which bytes of another protocol flow both ways.
///
/// @param termination who unpacks those of CONNECT here; empty passes the request on
public record Tunnels(Upgrades upgrades, Optional<Termination> termination) {
    /// A route that says nothing of tunnels.
    public static final Tunnels NONE = new Tunnels(Upgrades.NONE, Optional.empty());

    /// The bytes of a CONNECT go to the upstream as they are, over TCP (`connect_config`).
    ///
    /// @param takesPost whether the bodies of a POST are treated alike
    public record Termination(boolean takesPost) {}

    /// Whether the bytes of a request with that method go to the upstream without HTTP.
    public boolean terminates(String method) {
        return termination.isPresent()
                && (method.equals("CONNECT")
                        || (method.equals("POST") && termination.get().takesPost()));
    }
}
