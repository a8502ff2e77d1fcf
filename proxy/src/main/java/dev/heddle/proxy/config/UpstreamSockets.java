package dev.heddle.proxy.config;

import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.proxy.tls.UpstreamTls;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// How the connections of a cluster begin (`transport_socket` and `transport_socket_matches`).
///
/// @param choices of which the first counts whose labels a host has
/// @param otherwise for hosts that none is for
public record UpstreamSockets(List<Choice> choices, UpstreamSocket otherwise) {

    /// All connections are plain.
    public static final UpstreamSockets PLAIN =
            new UpstreamSockets(List.of(), UpstreamSocket.PLAIN);

    public UpstreamSockets {
        choices = List.copyOf(choices);
    }

    /// For some hosts.
    ///
    /// @param name for people
    /// @param labels all of which a host must have; none: any host
    public record Choice(String name, Map<String, String> labels, UpstreamSocket socket) {
        public Choice {
            labels = Map.copyOf(labels);
        }
    }

    /// The one for a host.
    ///
    /// @param labels that the host has
    public UpstreamSocket forHost(Map<String, String> labels) {
        for (Choice choice : choices) {
            if (labels.entrySet().containsAll(choice.labels().entrySet())) {
                return choice.socket();
            }
        }
        return otherwise;
    }

    /// How they are secured, where they are.
    public List<UpstreamTls> all() {
        return Stream.concat(choices.stream().map(Choice::socket), Stream.of(otherwise))
                .flatMap(socket -> socket.tls().stream())
                .distinct()
                .toList();
    }

    /// Whether none is plain.
    public boolean areAllSecured() {
        return Stream.concat(choices.stream().map(Choice::socket), Stream.of(otherwise))
                .allMatch(socket -> socket.tls().isPresent());
    }

    /// The secrets that they ask for by name.
    public List<SecretRef> secrets() {
        return all().stream().flatMap(tls -> tls.settings().secrets().stream()).toList();
    }
}
