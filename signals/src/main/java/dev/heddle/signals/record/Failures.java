package dev.heddle.signals.record;

import java.util.List;
import java.util.Set;

/// What counts as an error, the same for what logs and what metrics say.
public final class Failures {
    /// Codes of gRPC that are the server's fault, as OpenTelemetry's conventions for server spans
    /// have it: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS.
    private static final Set<Integer> GRPC = Set.of(2, 4, 12, 13, 14, 15);

    /// Of TCP, that the connection upstream failed or there was nobody to connect to.
    private static final Set<String> TCP = Set.of("UF", "UH", "UO", "NR", "NC", "URX");

    private Failures() {}

    /// Whether a request that ended like that was failed at: an answer 5xx; of HTTP no answer at
    /// all, unless it was the caller who went away; one of gRPC's codes that are a server's fault;
    /// of TCP no connection upstream.
    ///
    /// @param grpcStatus -1 for none
    public static boolean isError(String protocol, int code, int grpcStatus, List<String> flags) {
        if (protocol.equals("tcp")) {
            return flags.stream().anyMatch(TCP::contains);
        }
        return code >= 500
                || (code == 0 && !flags.contains("DC"))
                || (grpcStatus > 0 && GRPC.contains(grpcStatus));
    }

    /// Whether a connection came no further than a listener: no filter chain took it, or its
    /// handshake failed.
    ///
    /// @param details why it came to nothing
    public static boolean isUnserved(List<String> flags, String details) {
        return details.equals("filter_chain_not_found")
                || (flags.isEmpty() && details.startsWith("TLS_error:"));
    }

    /// Whether it was the caller's fault: 4xx.
    public static boolean isCallersFault(int code) {
        return code >= 400 && code < 500;
    }
}
