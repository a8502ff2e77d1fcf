package dev.heddle.proxy.config;

import com.google.re2j.Pattern;
import dev.heddle.proxy.filter.FilterSpec;
import dev.heddle.proxy.hits.Rule;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.route.Chance;
import dev.heddle.proxy.route.FilterOverride;
import dev.heddle.proxy.route.GrpcTimeout;
import dev.heddle.proxy.route.HashPolicy;
import dev.heddle.proxy.route.Mirror;
import dev.heddle.proxy.route.StreamLimit;
import dev.heddle.proxy.route.Tunnels;
import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.proxy.tracing.RouteTracing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// A route table (`envoy.config.route.v3.RouteConfiguration`).
///
/// @param name that listeners ask for
/// @param virtualHosts no domain twice, letter case aside
/// @param headers edits that every route of the table makes
/// @param outermostEditsLast whether this table's edits are made last and so win
///   (`most_specific_header_mutations_wins: false`, the default)
/// @param ignorePort whether a port in the request's authority is ignored
/// @param internalOnlyHeaders that are taken off requests from outside
public record RouteConfig(
        String name,
        List<VirtualHost> virtualHosts,
        HeaderEdits.Both headers,
        boolean outermostEditsLast,
        boolean ignorePort,
        List<String> internalOnlyHeaders,
        ResourceVersion version) {

    /// One that takes no headers off.
    public RouteConfig(
            String name,
            List<VirtualHost> virtualHosts,
            HeaderEdits.Both headers,
            boolean outermostEditsLast,
            boolean ignorePort) {
        this(
                name,
                virtualHosts,
                headers,
                outermostEditsLast,
                ignorePort,
                List.of(),
                ResourceVersion.NONE);
    }

    /// The same under the name that the control plane has for it as it is now.
    RouteConfig at(String text) {
        return new RouteConfig(
                name,
                virtualHosts,
                headers,
                outermostEditsLast,
                ignorePort,
                internalOnlyHeaders,
                new ResourceVersion(text));
    }

    public RouteConfig {
        internalOnlyHeaders = List.copyOf(internalOnlyHeaders);
        virtualHosts = List.copyOf(virtualHosts);
    }

    /// The secrets that filters of its routes want.
    public List<SecretRef> secrets() {
        return filters().flatMap(spec -> spec.needs().secrets().stream()).distinct().toList();
    }

    /// The configurations that its routes have for filters.
    private Stream<FilterSpec<?>> filters() {
        return virtualHosts.stream()
                .flatMap(host -> host.routes().stream())
                .flatMap(route -> route.filters().stream())
                .flatMap(
                        said -> said instanceof FilterSpec<?> spec ? Stream.of(spec) : Stream.of());
    }

    /// The names of the clusters that routes can choose, or that filters call for them.
    public List<String> clusters() {
        return Stream.concat(chosen(), filters().flatMap(it -> it.needs().clusters().stream()))
                .distinct()
                .toList();
    }

    private Stream<String> chosen() {
        return virtualHosts.stream()
                .flatMap(host -> host.routes().stream())
                .flatMap(route ->
                        switch (route.action()) {
                            case Action.Forward forward ->
                                    Stream.concat(
                                            forward.to().names().stream(),
                                            forward.mirrors().stream()
                                                    .map(Mirror::cluster)
                                                    .filter(it -> !it.isEmpty()));
                            case Action.Redirect _, Action.DirectResponse _ ->
                                    Stream.<String>empty();
                        });
    }

    /// The routes of some hosts.
    ///
    /// @param domains exact, `*.suffix`, `prefix.*` or `*`, in lower case
    /// @param routes the first that matches is taken
    /// @param tls which requests without TLS are redirected
    public record VirtualHost(
            String name,
            List<String> domains,
            List<Route> routes,
            RequireTls tls,
            HeaderEdits.Both headers,
            List<VirtualCluster> virtualClusters) {
        public VirtualHost {
            if (domains.isEmpty()) {
                throw new IllegalArgumentException("domains: [] (expected: one or more)");
            }
            domains = List.copyOf(domains);
            routes = List.copyOf(routes);
            virtualClusters = List.copyOf(virtualClusters);
        }
    }

    /// Which requests must have come by TLS.
    public enum RequireTls {
        /// None.
        NONE,
        /// Those from outside.
        EXTERNAL_ONLY,
        /// All.
        ALL
    }

    /// A name for some requests, for access logs and statistics.
    public record VirtualCluster(String name, List<HeaderMatch> headers) {
        public VirtualCluster {
            headers = List.copyOf(headers);
        }
    }

    /// What becomes of the requests that match.
    ///
    /// @param name for access logs; may be empty
    /// @param statPrefix under which it is counted besides; empty for nowhere
    /// @param filters what is said of the listener's filters, here or for the virtual host or the
    ///   table
    /// @param rule that it comes from; empty where nobody says
    /// @param metadata what it says of itself, for logs
    /// @param tracing how its requests are followed
    public record Route(
            String name,
            Match match,
            Action action,
            HeaderEdits.Both headers,
            String statPrefix,
            List<FilterOverride> filters,
            Optional<Rule> rule,
            Metadata metadata,
            RouteTracing tracing) {
        /// A route that leaves filters as they are.
        public Route(String name, Match match, Action action, HeaderEdits.Both headers) {
            this(
                    name,
                    match,
                    action,
                    headers,
                    "",
                    List.of(),
                    Optional.empty(),
                    Metadata.NONE,
                    RouteTracing.NONE);
        }

        public Route {
            filters = List.copyOf(filters);
        }
    }

    /// Which requests a route is for. All conditions must hold.
    ///
    /// @param ignoreCase of the path
    /// @param grpcOnly whether the request must be gRPC by its content type
    /// @param metadata of what filters found out
    /// @param tls of the client's certificate
    /// @param fraction share of the otherwise matching requests that match
    public record Match(
            Path path,
            boolean ignoreCase,
            List<HeaderMatch> headers,
            List<QueryMatch> query,
            boolean grpcOnly,
            List<MetadataMatch> metadata,
            TlsMatch tls,
            Optional<Chance> fraction) {
        public Match {
            headers = List.copyOf(headers);
            query = List.copyOf(query);
            metadata = List.copyOf(metadata);
        }
    }

    /// What the path must be, its query aside.
    public sealed interface Path {
        /// The whole of it.
        record Exact(String path) implements Path {}

        /// Its beginning, byte by byte: `/foo` takes `/foobar` too.
        record Prefix(String prefix) implements Path {}

        /// Its first segments: `/foo` takes `/foo/bar`, not `/foobar`.
        record Segments(String prefix) implements Path {}

        /// The whole of it, by a pattern.
        record Regex(Pattern pattern) implements Path {}

        /// The whole of it, with gaps.
        record Template(PathTemplate template) implements Path {}

        /// Anything, but of CONNECT, which usually has none.
        record Connect() implements Path {}
    }

    /// What a route does with a request.
    public sealed interface Action {

        /// Sends it on.
        ///
        /// @param missingStatus when the cluster is not there
        /// @param isUrgent whether requests are of high priority
        /// @param timeout for the whole response; zero for none
        /// @param idleTimeout without a byte in either direction; empty takes the listener's
        /// @param grpcTimeout what a gRPC call may have in the place of the timeout
        /// @param streamLimit in the place of both
        /// @param retry when and how requests are sent more than once
        /// @param tunnels what becomes of upgrades and CONNECT
        /// @param mirrors who gets copies
        /// @param hash what hosts are chosen by, where their cluster hashes
        record Forward(
                Destination to,
                int missingStatus,
                boolean isUrgent,
                PathRewrite path,
                HostRewrite host,
                boolean appendForwardedHost,
                Duration timeout,
                Optional<Duration> idleTimeout,
                Optional<GrpcTimeout> grpcTimeout,
                Optional<StreamLimit> streamLimit,
                RetryConfig retry,
                Tunnels tunnels,
                List<Mirror> mirrors,
                HashPolicy hash)
                implements Action {
            /// A route that knows nothing of gRPC or tunnels, and retries and hashes nothing.
            public Forward(
                    Destination to,
                    PathRewrite path,
                    HostRewrite host,
                    boolean appendForwardedHost,
                    Duration timeout,
                    Optional<Duration> idleTimeout) {
                this(
                        to,
                        503,
                        false,
                        path,
                        host,
                        appendForwardedHost,
                        timeout,
                        idleTimeout,
                        Optional.empty(),
                        Optional.empty(),
                        RetryConfig.NONE,
                        Tunnels.NONE,
                        List.of(),
                        HashPolicy.NONE);
            }
        }

        /// Answers that the client shall ask elsewhere. What is empty stays as it was.
        ///
        /// @param https the scheme becomes https, and the port that was the scheme's own goes
        record Redirect(
                boolean https,
                Optional<String> scheme,
                Optional<String> host,
                OptionalInt port,
                RedirectPath path,
                int status,
                boolean stripQuery)
                implements Action {}

        /// Answers at once.
        record DirectResponse(int status, String body) implements Action {}
    }

    /// Which cluster serves a request.
    public sealed interface Destination {
        /// That one.
        record One(String cluster) implements Destination {}

        /// The one that a header of the request names.
        record Named(String header) implements Destination {}

        /// One of several, by weight.
        ///
        /// @param totalWeight the sum of the weights, at least 1
        /// @param numberHeader whose number takes the place of chance
        record Weighted(List<Share> shares, int totalWeight, Optional<String> numberHeader)
                implements Destination {
            public Weighted {
                if (totalWeight < 1) {
                    throw new IllegalArgumentException(
                            "totalWeight: " + totalWeight + " (expected: >= 1)");
                }
                shares = List.copyOf(shares);
            }
        }

        /// The clusters that are known beforehand.
        default List<String> names() {
            return switch (this) {
                case One(String cluster) -> List.of(cluster);
                case Named _ -> List.of();
                case Weighted(List<Share> shares, _, _) ->
                        shares.stream()
                                .filter(share -> share.clusterHeader().isEmpty())
                                .map(Share::cluster)
                                .toList();
            };
        }
    }

    /// A share of a weighted destination.
    ///
    /// @param cluster empty where a header names it
    /// @param host that replaces the authority for this share only
    /// @param clusterHeader of the request that names the cluster
    /// @param filters what is said of the listener's filters for this share only
    public record Share(
            String cluster,
            int weight,
            HeaderEdits.Both headers,
            Optional<String> host,
            Optional<String> clusterHeader,
            List<FilterOverride> filters) {
        public Share {
            filters = List.copyOf(filters);
        }
    }

    /// What the path is when the request goes on.
    public sealed interface PathRewrite {
        PathRewrite AS_IT_CAME = new PathRewrite.None();

        /// As it came.
        record None() implements PathRewrite {}

        /// The part that the route matched is replaced: a prefix, or the whole of an exact path.
        record Matched(String replacement) implements PathRewrite {}

        /// Every match of a pattern in the path, its query aside, is replaced.
        ///
        /// @param substitution with `\1` for the first group
        record Regex(Pattern pattern, String substitution) implements PathRewrite {}
    }

    /// What the authority is when the request goes on.
    public sealed interface HostRewrite {
        HostRewrite AS_IT_CAME = new HostRewrite.None();

        /// As it came.
        record None() implements HostRewrite {}

        /// That one.
        record Literal(String host) implements HostRewrite {}

        /// The name of the host that is chosen, if it has one.
        record OfUpstream() implements HostRewrite {}

        /// The value of a header, when there is one.
        record FromHeader(String name) implements HostRewrite {}

        /// The path, its query aside, with every match of a pattern replaced.
        record FromPath(Pattern pattern, String substitution) implements HostRewrite {}
    }

    /// What the path of a redirect is.
    public sealed interface RedirectPath {
        /// The request's.
        record Kept() implements RedirectPath {}

        /// Another one, which may bring its own query.
        record Replaced(String path) implements RedirectPath {}

        /// The request's, with the part that the route matched replaced.
        record PrefixReplaced(String prefix) implements RedirectPath {}

        /// The request's, with every match of a pattern replaced.
        record Regex(Pattern pattern, String substitution) implements RedirectPath {}
    }
}
