package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Listener.Inspector;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.model.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// An outbound listener to which one service after the other adds what it needs. Of two that want
/// the same connections the first has them: a proxy refuses a listener with two chains for them.
final class ListenerDraft {
    private final String name;
    private final SocketAddress address;
    private final Capture capture;
    private final Origin origin;
    private final List<FilterChain> chains = new ArrayList<>();

    /// For all connections that no other is for: one, or none yet.
    private final List<FilterChain> otherwise = new ArrayList<>();

    /// Ranges with names, as far as somebody has them.
    private final Set<String> taken = new HashSet<>();

    ListenerDraft(String name, SocketAddress address, Capture capture, Origin origin) {
        this.name = name;
        this.address = address;
        this.capture = capture;
        this.origin = origin;
    }

    /// Whether somebody looks at requests here.
    boolean isHttp() {
        return Stream.concat(chains.stream(), otherwise.stream())
                .anyMatch(c -> c.handling() instanceof Handling.Http);
    }

    /// Has requests be looked at.
    void http(Match match, Handling.Http handling, Origin by) {
        boolean isForAll = match.equals(Match.ALL);
        if (isForAll && !otherwise.isEmpty()) {
            return;
        }
        var chain = new FilterChain(name, match, handling, by);
        (isForAll && !chains.isEmpty() ? otherwise : chains).add(chain);
    }

    /// Passes bytes on.
    ///
    /// @param servers that a client hello names; none for all connections
    /// @param sources in which connections come from; none for anywhere
    /// @param ranges that connections were meant for; none for any
    void bytes(
            List<String> servers,
            List<String> sources,
            List<String> ranges,
            Handling.Tcp handling,
            Origin by) {
        if (!servers.isEmpty()) {
            List<String> free =
                    servers.stream()
                            .filter(ListenerDraft::isServerName)
                            .filter(s -> taken.add(sources + " " + ranges + " " + s))
                            .toList();
            if (!free.isEmpty()) {
                add(Match.ofTls(free).between(sources, ranges), handling, by);
            }
            return;
        }
        if (ranges.isEmpty() && sources.isEmpty()) {
            boolean isFree = otherwise.isEmpty() && !hasForAll();
            if (isFree) {
                otherwise.add(new FilterChain(name, Match.ALL, handling, by));
            }
            return;
        }
        List<String> free = ranges.stream().filter(to -> taken.add(sources + " " + to)).toList();
        boolean isFromSomewhere = ranges.isEmpty() && taken.add(sources.toString());
        if (isFromSomewhere || !free.isEmpty()) {
            add(Match.ALL.between(sources, free), handling, by);
        }
    }

    private void add(Match match, Handling.Tcp handling, Origin by) {
        chains.add(new FilterChain(name + "_" + chains.size(), match, handling, by));
    }

    /// Proxies know wildcards that begin with a whole label only.
    private static boolean isServerName(String host) {
        return !host.startsWith("*") || host.equals("*") || host.startsWith("*.");
    }

    private boolean hasForAll() {
        return chains.stream().anyMatch(c -> c.match().equals(Match.ALL));
    }

    /// The listener.
    ///
    /// @param rest for connections that nobody takes
    Listener made(FilterChain rest, Duration detection) {
        Optional<FilterChain> last =
                otherwise.stream()
                        .findFirst()
                        .or(() -> hasForAll() ? Optional.empty() : Optional.of(rest));
        return new Listener(
                        name,
                        address,
                        Direction.OUTBOUND,
                        capture,
                        inspectors(),
                        chains,
                        last,
                        origin)
                .detecting(detection);
    }

    /// What must be looked at to choose among the chains.
    private List<Inspector> inspectors() {
        var all = new ArrayList<Inspector>();
        if (chains.stream().anyMatch(c -> c.match().transport().isPresent())) {
            all.add(Inspector.TLS);
        }
        if (chains.stream().anyMatch(c -> !c.match().applicationProtocols().isEmpty())) {
            all.add(Inspector.HTTP);
        }
        return all;
    }
}
