package dev.heddle.proxy.config;

import java.util.List;
import java.util.OptionalInt;

/// Which connections a filter chain is for (`envoy.config.listener.v3.FilterChainMatch`). An empty
/// list, text or number says nothing.
///
/// @param destinationPort that the connection was made to
/// @param destinations addresses that it was made to
/// @param serverNames of the client hello; `*.example.com` is any name below `example.com`
/// @param transport what the bytes look like: `raw_buffer` or `tls`
/// @param applicationProtocols of which the client speaks one
/// @param directSources addresses that it comes from, whatever a PROXY header says
/// @param sourceType whether it comes from this machine
/// @param sources addresses that it comes from
/// @param sourcePorts that it comes from
public record FilterChainMatch(
        OptionalInt destinationPort,
        List<IpRange> destinations,
        List<String> serverNames,
        String transport,
        List<String> applicationProtocols,
        List<IpRange> directSources,
        SourceType sourceType,
        List<IpRange> sources,
        List<Integer> sourcePorts) {

    /// Whether the other end is on this machine.
    public enum SourceType {
        ANY,
        SAME_IP_OR_LOOPBACK,
        EXTERNAL
    }

    /// Every connection.
    public static final FilterChainMatch EVERYTHING =
            new FilterChainMatch(
                    OptionalInt.empty(),
                    List.of(),
                    List.of(),
                    "",
                    List.of(),
                    List.of(),
                    SourceType.ANY,
                    List.of(),
                    List.of());

    public FilterChainMatch {
        destinations = List.copyOf(destinations);
        serverNames = List.copyOf(serverNames);
        applicationProtocols = List.copyOf(applicationProtocols);
        directSources = List.copyOf(directSources);
        sources = List.copyOf(sources);
        sourcePorts = List.copyOf(sourcePorts);
    }
}
