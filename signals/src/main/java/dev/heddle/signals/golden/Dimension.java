package dev.heddle.signals.golden;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Side;
import java.util.Locale;

/// By what calls are grouped.
public enum Dimension {
    /// By the service that is called.
    SERVICE,
    /// By that and the version that answered.
    VERSION,
    /// By the workload that answered.
    WORKLOAD,
    /// By who calls, and the service, workload and version that answers.
    EDGE,
    /// By the service that is called and the name of the route.
    ROUTE;

    /// The dimension of that name, as in `service`.
    ///
    /// @throws IllegalArgumentException when there is none
    public static Dimension of(String word) {
        for (Dimension dimension : values()) {
            if (dimension.toString().equals(word)) {
                return dimension;
            }
        }
        throw new IllegalArgumentException(
                "by: '%s' (expected: service, version, workload, edge or route)".formatted(word));
    }

    /// Whose word is taken where proxies at both ends of a call tell of it. The caller's proxy
    /// knows of calls that reached nobody; the other one knows which workload it is.
    Side believed() {
        return this == VERSION || this == WORKLOAD ? Side.DESTINATION : Side.SOURCE;
    }

    /// The group of an edge.
    Group group(Edge edge) {
        Party from = edge.source();
        Party to = edge.destination();
        return switch (this) {
            case SERVICE -> new Group(Party.UNKNOWN, service(to), "", "");
            case VERSION ->
                    new Group(
                            Party.UNKNOWN,
                            new Party("", to.namespace(), to.service(), to.version()),
                            "",
                            "");
            case WORKLOAD ->
                    new Group(
                            Party.UNKNOWN,
                            new Party(to.workload(), to.namespace(), "", to.version()),
                            "",
                            "");
            case EDGE -> new Group(from, to, edge.protocol(), "");
            case ROUTE -> new Group(Party.UNKNOWN, service(to), edge.protocol(), edge.route());
        };
    }

    private static Party service(Party party) {
        return new Party("", party.namespace(), party.service(), "");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
