package dev.heddle.signals.why;

import dev.heddle.signals.record.RequestLog;
import dev.heddle.telemetry.Failure;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Why a request ended as it did, in the proxy's own words where it has any; otherwise by Envoy's
/// response code details and flags.
final class Reasons {
    /// The route of a sidecar for what is no service of the mesh, as Istio calls it.
    private static final String BLOCKED = "block_all";

    private static final String UNMATCHED = "filter_chain_not_found";

    /// Where a proxy failed before an application answered.
    private static final Set<String> OWN =
            Set.of(
                    "UH", "UF", "UO", "NR", "NC", "UT", "LR", "UR", "UC", "FI", "RL", "RLSE",
                    "UAEX", "DC", "DR", "SI", "IH", "DPE", "OM", "DF", "DT", "UMSDR", "UPE", "LH",
                    "NFCF", "RFCF");

    private Reasons() {}

    /// Whether the answer is the proxy's own, not one that it passed on.
    static boolean isOwnAnswer(RequestLog log) {
        String details = log.outcome().details();
        return details.isEmpty()
                ? log.outcome().flags().stream().anyMatch(OWN::contains)
                : !details.equals(Failure.VIA_UPSTREAM);
    }

    /// Whether it was a connection of TCP.
    static boolean isOfBytes(RequestLog log) {
        return log.request().protocol().equals("tcp");
    }

    /// The reason; empty where everything went well.
    static Optional<String> of(RequestLog log) {
        if (log.way().route().equals(BLOCKED)
                && log.outcome().details().equals("direct_response")) {
            return Optional.of(
                    "'"
                            + log.request().authority()
                            + "' is no service of the mesh, and the proxy lets nothing else out");
        }
        String said = log.outcome().reason();
        return said.isEmpty() ? failure(log).inWords() : Optional.of(said);
    }

    /// What a connection is like that no filter chain took, as far as an address and a name tell.
    private static String asked(RequestLog log) {
        String asked = log.request().authority();
        boolean isAddress = asked.matches(".*:[0-9]+");
        return isAddress ? "one that names no server in TLS" : "one for '" + asked + "'";
    }

    private static Failure failure(RequestLog log) {
        RequestLog.Outcome outcome = log.outcome();
        List<String> flags = outcome.flags();
        // Of a connection, details are why there is none to the upstream, or why it ended; or that
        // no filter chain took it.
        boolean hasDetails = !isOfBytes(log) || outcome.details().equals(UNMATCHED);
        String details = hasDetails ? outcome.details() : "";
        String ofBytes = hasDetails ? "" : outcome.details();
        return new Failure(
                new Failure.Ending(
                        outcome.code(), outcome.grpcStatus(), flags, details, outcome.attempts()),
                new Failure.Way(log.way().cluster(), log.way().upstreamHost()),
                new Failure.Circumstances(
                        -1,
                        details.equals(UNMATCHED) ? asked(log) : "",
                        flags.isEmpty() ? "" : ofBytes,
                        "",
                        flags.isEmpty() ? ofBytes : ""));
    }
}
