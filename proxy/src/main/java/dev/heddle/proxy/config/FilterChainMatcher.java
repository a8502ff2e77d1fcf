package dev.heddle.proxy.config;

import dev.heddle.proxy.config.FilterChainMatch.SourceType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Chooses the filter chain of a connection.
///
/// It asks one question after the other, in the order of [Step], which is Envoy's. Each question
/// leaves the chains that answer it in the most specific way, and no later question brings the
/// others back: when there is a chain for port 443, one for every port is out for a connection to
/// 443, even if the former then asks for a server name that the client did not say.
///
/// So the chains make a tree, one level for each question, and a choice is one walk down. Server
/// names cost a look-up for each of their labels; address ranges are looked through, the longest
/// first, because there are seldom more than a few.
public final class FilterChainMatcher {

    /// What is known of a connection when its filter chain is chosen.
    ///
    /// @param local that it was made to
    /// @param remote that it comes from, as a PROXY header may say
    /// @param direct that it comes from
    /// @param serverName of the client hello, in lower case; empty when there is none
    /// @param transport what the bytes look like: `raw_buffer` or `tls`
    /// @param applicationProtocols that the client speaks
    public record Connection(
            InetSocketAddress local,
            InetSocketAddress remote,
            InetSocketAddress direct,
            String serverName,
            String transport,
            List<String> applicationProtocols) {}

    /// A key of a level that holds for everything.
    private enum Any {
        ANY
    }

    /// The questions, in their order.
    private enum Step {
        DESTINATION_PORT,
        DESTINATION,
        SERVER_NAME,
        TRANSPORT,
        APPLICATION_PROTOCOL,
        DIRECT_SOURCE,
        SOURCE_TYPE,
        SOURCE,
        SOURCE_PORT;

        private static final List<Step> ALL = List.of(values());

        /// What a chain answers; [Any] alone when it says nothing.
        List<?> keys(FilterChainMatch match) {
            List<?> keys =
                    switch (this) {
                        case DESTINATION_PORT -> match.destinationPort().stream().boxed().toList();
                        case DESTINATION -> match.destinations();
                        case SERVER_NAME -> match.serverNames().stream().map(Step::suffix).toList();
                        case TRANSPORT ->
                                match.transport().isEmpty()
                                        ? List.of()
                                        : List.of(match.transport());
                        case APPLICATION_PROTOCOL -> match.applicationProtocols();
                        case DIRECT_SOURCE -> match.directSources();
                        case SOURCE_TYPE ->
                                match.sourceType() == SourceType.ANY
                                        ? List.of()
                                        : List.of(match.sourceType());
                        case SOURCE -> match.sources();
                        case SOURCE_PORT -> match.sourcePorts();
                    };
            return keys.isEmpty() ? List.of(Any.ANY) : keys;
        }

        /// `*.example.com` is kept as `.example.com`; a name never begins with a dot.
        private static String suffix(String name) {
            return name.startsWith("*.") ? name.substring(1) : name;
        }
    }

    private sealed interface Node {
        /// The end of the walk.
        record Chosen(FilterChainConfig chain) implements Node {}

        /// A question.
        record Level(Map<Object, Node> byKey, List<IpRange> ranges) implements Node {
            Level() {
                this(new HashMap<>(), new ArrayList<>());
            }
        }
    }

    private final Node.Level root = new Node.Level();
    private final Optional<FilterChainConfig> otherwise;
    private final List<String> overlaps = new ArrayList<>();

    private FilterChainMatcher(FilterChains chains) {
        this.otherwise = chains.otherwise();
        chains.matched().forEach(chain -> add(root, 0, chain));
    }

    /// Prepares the choice among chains.
    public static FilterChainMatcher of(FilterChains chains) {
        return new FilterChainMatcher(chains);
    }

    /// Pairs of chains that some connection would match alike, as `'a' and 'b'`.
    List<String> overlaps() {
        return overlaps;
    }

    private void add(Node.Level level, int depth, FilterChainConfig chain) {
        boolean isLast = depth == Step.ALL.size() - 1;
        for (Object key : Step.ALL.get(depth).keys(chain.match())) {
            if (key instanceof IpRange range && !level.byKey().containsKey(key)) {
                level.ranges().add(range);
                level.ranges().sort(Comparator.comparingInt(IpRange::bits).reversed());
            }
            switch (level.byKey().get(key)) {
                case null -> {
                    if (isLast) {
                        level.byKey().put(key, new Node.Chosen(chain));
                    } else {
                        var below = new Node.Level();
                        level.byKey().put(key, below);
                        add(below, depth + 1, chain);
                    }
                }
                case Node.Level below -> add(below, depth + 1, chain);
                case Node.Chosen(FilterChainConfig other) ->
                        overlaps.add("'" + other.name() + "' and '" + chain.name() + "'");
            }
        }
    }

    /// The chain of a connection; empty when it is to be closed.
    public Optional<FilterChainConfig> choose(Connection connection) {
        Node node = root;
        for (Step step : Step.ALL) {
            node = node instanceof Node.Level level ? next(level, step, connection) : null;
            if (node == null) {
                return otherwise;
            }
        }
        return node instanceof Node.Chosen(FilterChainConfig chain)
                ? Optional.of(chain)
                : otherwise;
    }

    /// The most specific of a level's answers that is the connection's.
    private static @Nullable Node next(Node.Level level, Step step, Connection connection) {
        Map<Object, Node> byKey = level.byKey();
        Node found =
                switch (step) {
                    case DESTINATION_PORT -> byKey.get(connection.local().getPort());
                    case DESTINATION -> inRange(level, connection.local().getAddress());
                    case SERVER_NAME -> named(byKey, connection.serverName());
                    case TRANSPORT -> byKey.get(connection.transport());
                    case APPLICATION_PROTOCOL -> first(byKey, connection.applicationProtocols());
                    case DIRECT_SOURCE -> inRange(level, connection.direct().getAddress());
                    case SOURCE_TYPE ->
                            byKey.size() == 1 && byKey.containsKey(Any.ANY)
                                    ? null
                                    : byKey.get(sourceType(connection));
                    case SOURCE -> inRange(level, connection.remote().getAddress());
                    case SOURCE_PORT -> byKey.get(connection.remote().getPort());
                };
        return found == null ? byKey.get(Any.ANY) : found;
    }

    private static @Nullable Node inRange(Node.Level level, InetAddress address) {
        for (IpRange range : level.ranges()) {
            if (range.contains(address)) {
                return level.byKey().get(range);
            }
        }
        return null;
    }

    /// `www.example.com`, then `.example.com`, then `.com`.
    private static @Nullable Node named(Map<Object, Node> byKey, String name) {
        if (name.isEmpty()) {
            return null;
        }
        Node found = byKey.get(name);
        int dot = name.indexOf('.', 1);
        while (found == null && dot > 0 && dot < name.length() - 1) {
            found = byKey.get(name.substring(dot));
            dot = name.indexOf('.', dot + 1);
        }
        return found;
    }

    private static @Nullable Node first(Map<Object, Node> byKey, List<String> protocols) {
        for (String protocol : protocols) {
            Node found = byKey.get(protocol);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static SourceType sourceType(Connection connection) {
        InetAddress remote = connection.remote().getAddress();
        return remote.isLoopbackAddress() || remote.equals(connection.local().getAddress())
                ? SourceType.SAME_IP_OR_LOOPBACK
                : SourceType.EXTERNAL;
    }
}
