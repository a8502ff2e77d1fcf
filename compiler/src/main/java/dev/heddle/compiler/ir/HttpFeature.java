package dev.heddle.compiler.ir;

import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.model.Origin;
import dev.heddle.model.schema.Ordered;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What becomes of a route's requests beside going where they go: each kind is a filter of the
/// proxy.
public sealed interface HttpFeature {

    /// Of a policy that asks for it besides; empty where the route itself does.
    default Optional<Origin> policy() {
        return Optional.empty();
    }

    /// A share of the requests fails on purpose; an abort comes after a delay.
    record Fault(Optional<Delay> delay, Optional<Abort> abort) implements HttpFeature {
        public Fault {
            if (delay.isEmpty() && abort.isEmpty()) {
                throw new IllegalArgumentException("fault: nothing (expected: delay or abort)");
            }
        }
    }

    /// A share of the requests waits.
    ///
    /// @param time more than zero
    record Delay(Duration time, Portion of) {}

    /// A share of the requests is answered with an error.
    record Abort(AbortAnswer answer, Portion of) {}

    /// What an aborted request is answered with.
    sealed interface AbortAnswer {
        /// @param status 200 to 599
        record Http(int status) implements AbortAnswer {}

        /// @param status number of gRPC
        /// @param name of that number, as in `UNAVAILABLE`
        record Grpc(int status, String name) implements AbortAnswer {}
    }

    /// Clients stay with the host that they were with first, as long as it is there.
    ///
    /// @param kept where a client keeps the host's address
    /// @param isStrict whether a request whose host is gone is answered 503, rather than going
    ///   anywhere
    record StatefulSession(SessionKey kept, boolean isStrict) implements HttpFeature {}

    /// Where a client keeps the address of its session's host.
    sealed interface SessionKey {
        /// @param path that requests must be below; empty for all of them
        /// @param ttl in whole seconds; zero for as long as the browser runs
        record Cookie(String name, String path, Duration ttl) implements SessionKey {}

        /// A header of responses and of requests.
        record Header(String name) implements SessionKey {}
    }

    /// A service is asked whether a request may pass, and refuses it unless it says so.
    record ExtAuthz(Authorizer authorizer) implements HttpFeature {}

    /// No more requests pass than that.
    record RateLimit(RateLimits limits) implements HttpFeature {
        @Override
        public Optional<Origin> policy() {
            return Optional.of(limits.origin());
        }
    }

    /// Whoever asks must have a name and its password.
    ///
    /// @param userHeader that gets the name; empty for none
    /// @param origin of what asks for it
    record BasicAuth(Users users, String userHeader, Origin origin) implements HttpFeature {
        @Override
        public Optional<Origin> policy() {
            return Optional.of(origin);
        }
    }

    /// Whoever asks must have a key that some client has.
    ///
    /// @param from where keys are looked for, in order
    /// @param clientHeader that gets the client; empty for none
    /// @param hidesKey whether the key stays at the gateway
    /// @param origin of what asks for it
    record ApiKeyAuth(
            Keys keys, List<KeyPlace> from, String clientHeader, boolean hidesKey, Origin origin)
            implements HttpFeature {
        public ApiKeyAuth {
            from = List.copyOf(from);
        }

        @Override
        public Optional<Origin> policy() {
            return Optional.of(origin);
        }
    }

    /// Whoever asks must have logged in.
    ///
    /// @param origin of what asks for it
    record Oidc(OidcLogin login, Origin origin) implements HttpFeature {
        @Override
        public Optional<Origin> policy() {
            return Optional.of(origin);
        }
    }

    /// Clients by their keys. Prints without the latter.
    ///
    /// @param secrets that have them, as in `default/clients`
    record Keys(Map<String, String> clients, List<String> secrets) {
        public Keys {
            clients = Ordered.copyOf(clients);
            secrets = List.copyOf(secrets);
        }

        @Override
        public String toString() {
            return "Keys[" + clients.size() + " of " + secrets + "]";
        }
    }

    /// Where a key is looked for.
    sealed interface KeyPlace {
        /// A header, behind `Bearer ` if it begins so.
        record Header(String name) implements KeyPlace {}

        /// A parameter of the query.
        record Parameter(String name) implements KeyPlace {}

        record Cookie(String name) implements KeyPlace {}
    }

    /// Names with passwords. Prints without the latter.
    ///
    /// @param htpasswd lines as in `ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=`; empty for nobody
    /// @param secret that has them, as in `default/users`
    record Users(String htpasswd, String secret) {
        /// How many there are.
        public int count() {
            return (int) htpasswd.lines().count();
        }

        @Override
        public String toString() {
            return "Users[" + count() + " of " + secret + "]";
        }
    }

    /// What browsers may do from pages of other origins.
    ///
    /// @param origins that are allowed, any of them
    /// @param methods that are allowed; `*` for any
    /// @param headers that are allowed; `*` for any
    /// @param exposed headers that pages may read
    /// @param maxAge for how long an answer may be remembered, in whole seconds; empty to say
    ///   nothing
    /// @param credentials whether cookies and the like may be sent; empty to say nothing
    /// @param forwardsUnmatched whether a preflight request from an origin that is not allowed goes
    ///   to the destination; else it is answered
    record Cors(
            List<ValueMatch> origins,
            List<String> methods,
            List<String> headers,
            List<String> exposed,
            Optional<Duration> maxAge,
            Optional<Boolean> credentials,
            boolean forwardsUnmatched)
            implements HttpFeature {
        public Cors {
            origins = List.copyOf(origins);
            methods = List.copyOf(methods);
            headers = List.copyOf(headers);
            exposed = List.copyOf(exposed);
        }
    }
}
