package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a route does with a request.
public sealed interface RouteAction {

    /// Sends it on, to one of the destinations.
    ///
    /// @param destinations one, or several of which each gets its share by weight
    /// @param mirrors who gets copies, whose answers nobody sees
    /// @param hash what hosts are chosen by, where their cluster hashes
    record Forward(
            List<Destination> destinations,
            Rewrite rewrite,
            Resilience resilience,
            List<Mirror> mirrors,
            List<HashKey> hash)
            implements RouteAction {
        /// Without copies and hashing.
        public Forward(List<Destination> destinations, Rewrite rewrite, Resilience resilience) {
            this(destinations, rewrite, resilience, List.of(), List.of());
        }

        public Forward {
            if (destinations.isEmpty()) {
                throw new IllegalArgumentException("destinations: [] (expected: one or more)");
            }
            destinations = List.copyOf(destinations);
            mirrors = List.copyOf(mirrors);
            hash = List.copyOf(hash);
        }
    }

    /// Who gets copies of a portion of the requests.
    ///
    /// @param to has no weight, and edits nothing
    record Mirror(Destination to, Portion of) {}

    /// Answers that the client shall ask elsewhere.
    ///
    /// @param scheme of the new location; empty keeps the request's
    /// @param authority of the new location; empty keeps the request's
    /// @param port of the new location; empty keeps the request's, or the scheme's own where the
    ///   scheme changes
    /// @param status one of 301, 302, 303, 307, 308
    record Redirect(
            Optional<String> scheme,
            Optional<String> authority,
            OptionalInt port,
            RedirectPath path,
            int status)
            implements RouteAction {}

    /// Answers at once.
    record DirectResponse(int status, ReplyBody body) implements RouteAction {
        public DirectResponse {
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
            }
        }
    }

    /// What an answer of the proxy's own says.
    sealed interface ReplyBody {
        /// Nothing.
        record Empty() implements ReplyBody {}

        /// A text, sent as UTF-8.
        record Text(String text) implements ReplyBody {}

        /// Bytes, in base64.
        record Base64(String base64) implements ReplyBody {}
    }

    /// The path of a redirect's new location.
    sealed interface RedirectPath {
        /// The request's.
        record Kept() implements RedirectPath {}

        /// Another one.
        record Replaced(String path) implements RedirectPath {}

        /// The request's, with the part that the route matched by prefix replaced.
        record PrefixReplaced(String prefix) implements RedirectPath {}
    }

    /// Where requests go.
    ///
    /// @param cluster as in `outbound|9080|v1|reviews.default.svc.cluster.local`
    /// @param host service, as in `reviews.default.svc.cluster.local`; empty where a cluster is not
    ///   of a service
    /// @param subset empty for all of the service
    /// @param port of the service
    /// @param weight share of the requests, relative to the sum over the destinations
    /// @param headers edits of the requests and responses of this destination only
    /// @param authority that replaces the request's, for this destination only
    /// @param fallback cluster that requests go to while this one has no healthy host
    record Destination(
            String cluster,
            String host,
            String subset,
            int port,
            int weight,
            HeaderEdit headers,
            Optional<String> authority,
            Optional<String> fallback,
            Origin origin) {
        /// Without another place to go to.
        public Destination(
                String cluster,
                String host,
                String subset,
                int port,
                int weight,
                HeaderEdit headers,
                Optional<String> authority,
                Origin origin) {
            this(cluster, host, subset, port, weight, headers, authority, Optional.empty(), origin);
        }

        /// The same, with another place to go to.
        public Destination orElse(String other) {
            return new Destination(
                    cluster,
                    host,
                    subset,
                    port,
                    weight,
                    headers,
                    authority,
                    Optional.of(other),
                    origin);
        }

        /// The cluster that proxies are told of: with a fallback one that chooses between both.
        public String target() {
            return fallback.map(other -> cluster + ";" + other).orElse(cluster);
        }

        public Destination {
            if (weight < 0) {
                throw new IllegalArgumentException("weight: " + weight + " (expected: >= 0)");
            }
        }
    }

    /// What a request looks like when it goes on.
    ///
    /// @param authority empty keeps it
    /// @param authorityFrom header that has it, in lower case; empty for none. A request without
    ///   that header keeps its own
    record Rewrite(PathRewrite path, Optional<String> authority, Optional<String> authorityFrom) {
        /// Nothing changes.
        public static final Rewrite NONE = new Rewrite(new PathRewrite.None(), Optional.empty());

        /// With an authority that is known.
        public Rewrite(PathRewrite path, Optional<String> authority) {
            this(path, authority, Optional.empty());
        }
    }

    /// What a path looks like when it goes on.
    sealed interface PathRewrite {
        /// As it came.
        record None() implements PathRewrite {}

        /// The part that the route matched (the prefix, or the whole of an exact or regex match) is
        /// replaced.
        record Matched(String replacement) implements PathRewrite {}

        /// Every match is replaced.
        ///
        /// @param regex RE2 syntax
        /// @param substitution with `\1` for the first group
        record Regex(String regex, String substitution) implements PathRewrite {}
    }
}
