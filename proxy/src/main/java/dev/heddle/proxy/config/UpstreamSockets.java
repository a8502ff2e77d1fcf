package dev.heddle.proxy.config;

import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.proxy.tls.UpstreamTls;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// How the connections of a cluster are secured (`transport_socket` and
/// `transport_socket_matches`).
///
/// @param choices of which the first counts whose labels a host has
/// @param otherwise for hosts that none is for; empty for a plain connection
public record UpstreamSockets(List<Choice> choices, Optional<UpstreamTls> otherwise) {

    /// All connections are plain.
    public static final UpstreamSockets PLAIN = new UpstreamSockets(List.of(), Optional.empty());

    public UpstreamSockets {
        choices = List.copyOf(choices);
    }

    /// For some hosts.
    ///
    /// @param name for people
    /// @param labels all of which a host must have; none: any host
    /// @param tls empty for a plain connection
    public record Choice(String name, Map<String, String> labels, Optional<UpstreamTls> tls) {
        public Choice {
            labels = Map.copyOf(labels);
        }
    }

    /// The one for a host; empty for a plain connection.
    ///
    /// @param labels that the host has
    public Optional<UpstreamTls> forHost(Map<String, String> labels) {
        for (Choice choice : choices) {
            if (labels.entrySet().containsAll(choice.labels().entrySet())) {
                return choice.tls();
            }
        }
        return otherwise;
    }

    /// All that there are.
    public List<UpstreamTls> all() {
        return Stream.concat(choices.stream().map(Choice::tls), Stream.of(otherwise))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    /// The secrets that they ask for by name.
    public List<SecretRef> secrets() {
        return all().stream().flatMap(tls -> tls.settings().secrets().stream()).toList();
    }
}
