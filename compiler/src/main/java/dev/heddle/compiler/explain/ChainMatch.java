package dev.heddle.compiler.explain;

import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.Listener;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/// Finds the filter chain that takes a connection, as a proxy does (Envoy's `FilterChainMatch`): by
/// one condition after the other, of which each leaves those chains that are nearest to what the
/// connection is, or those that don't ask.
///
/// Of TLS nobody says which protocols a client offers, so the first of several chains that differ
/// in this alone is taken.
record ChainMatch(Request request, List<Tried> tried) {
    /// None where the connection is closed.
    Optional<FilterChain> find(Listener listener) {
        List<FilterChain> left =
                nearest(
                        listener.chains(),
                        match -> match.port().isPresent(),
                        match -> match.port().orElse(-1) == request.port() ? 1 : 0);
        left =
                byAddress(
                        left,
                        Match::addresses,
                        Optional.of(request.address()).filter(it -> !it.isEmpty()));
        left =
                nearest(
                        left,
                        match -> !match.serverNames().isEmpty(),
                        match -> serverName(match.serverNames()));
        left =
                nearest(
                        left,
                        match -> match.transport().isPresent(),
                        match -> match.transport().orElse("").equals(transport()) ? 1 : 0);
        if (!request.isTls()) {
            left =
                    nearest(
                            left,
                            match -> !match.applicationProtocols().isEmpty(),
                            match ->
                                    request.isHttp()
                                                    && match.applicationProtocols()
                                                            .contains("http/1.1")
                                            ? 1
                                            : 0);
        }
        left =
                byAddress(
                        left,
                        Match::sources,
                        request.caller().map(Request.Caller::address).filter(it -> !it.isEmpty()));
        return left.stream().findFirst().or(listener::defaultChain);
    }

    private String transport() {
        return request.isTls() ? "tls" : "raw_buffer";
    }

    /// How near a name is to that of the server that is asked for; 0 for not at all.
    private int serverName(List<String> names) {
        return request.isTls() ? names.stream().mapToInt(this::serverName).max().orElse(0) : 0;
    }

    private int serverName(String name) {
        String asked = request.serverName();
        if (name.equals(asked)) {
            return Integer.MAX_VALUE;
        }
        return name.startsWith("*.") && asked.endsWith(name.substring(1)) ? name.length() : 0;
    }

    /// @param known the address of the connection; empty where nobody says, who is then none of
    ///   those that chains ask for
    private List<FilterChain> byAddress(
            List<FilterChain> chains,
            Function<Match, List<String>> ranges,
            Optional<String> known) {
        if (known.isEmpty()) {
            chains.stream()
                    .filter(chain -> !ranges.apply(chain.match()).isEmpty())
                    .forEach(chain ->
                            tried.add(
                                    new Tried(
                                            "filter chain " + chain.name(),
                                            false,
                                            "it is for connections of some addresses:"
                                                    + PlanText.ranges(chain.match()),
                                            chain.origin())));
        }
        return nearest(
                chains,
                match -> !ranges.apply(match).isEmpty(),
                match ->
                        known.map(address -> Ranges.longest(ranges.apply(match), address))
                                .orElse(0));
    }

    /// The chains that are nearest; where none is near, those that do not ask.
    ///
    /// @param near 0 for not at all, as for those that do not ask
    private static List<FilterChain> nearest(
            List<FilterChain> chains, Predicate<Match> asks, ToIntFunction<Match> near) {
        int most = chains.stream().map(FilterChain::match).mapToInt(near).max().orElse(0);
        return chains.stream()
                .filter(chain ->
                        most == 0
                                ? !asks.test(chain.match())
                                : near.applyAsInt(chain.match()) == most)
                .toList();
    }
}
