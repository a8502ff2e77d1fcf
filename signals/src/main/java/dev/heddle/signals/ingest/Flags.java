package dev.heddle.signals.ingest;

import io.envoyproxy.envoy.data.accesslog.v3.ResponseFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Envoy's response flags by their short names.
final class Flags {
    private Flags() {}

    static List<String> of(ResponseFlags flags) {
        var names = new ArrayList<String>();
        add(names, flags.getFailedLocalHealthcheck(), "LH");
        add(names, flags.getNoHealthyUpstream(), "UH");
        add(names, flags.getUpstreamRequestTimeout(), "UT");
        add(names, flags.getLocalReset(), "LR");
        add(names, flags.getUpstreamRemoteReset(), "UR");
        add(names, flags.getUpstreamConnectionFailure(), "UF");
        add(names, flags.getUpstreamConnectionTermination(), "UC");
        add(names, flags.getUpstreamOverflow(), "UO");
        add(names, flags.getNoRouteFound(), "NR");
        add(names, flags.getDelayInjected(), "DI");
        add(names, flags.getFaultInjected(), "FI");
        add(names, flags.getRateLimited(), "RL");
        add(names, flags.hasUnauthorizedDetails(), "UAEX");
        add(names, flags.getRateLimitServiceError(), "RLSE");
        add(names, flags.getDownstreamConnectionTermination(), "DC");
        add(names, flags.getUpstreamRetryLimitExceeded(), "URX");
        add(names, flags.getStreamIdleTimeout(), "SI");
        add(names, flags.getInvalidEnvoyRequestHeaders(), "IH");
        add(names, flags.getDownstreamProtocolError(), "DPE");
        add(names, flags.getUpstreamMaxStreamDurationReached(), "UMSDR");
        add(names, flags.getResponseFromCacheFilter(), "RFCF");
        add(names, flags.getNoFilterConfigFound(), "NFCF");
        add(names, flags.getDurationTimeout(), "DT");
        add(names, flags.getUpstreamProtocolError(), "UPE");
        add(names, flags.getNoClusterFound(), "NC");
        add(names, flags.getOverloadManager(), "OM");
        add(names, flags.getDnsResolutionFailure(), "DF");
        add(names, flags.getDownstreamRemoteReset(), "DR");
        return names;
    }

    private static void add(List<String> names, boolean isSet, String name) {
        if (isSet) {
            names.add(name);
        }
    }

    /// Of a text as logs print it: `UF,URX`, or `-` for none.
    static List<String> of(String text) {
        return Stream.of(text.split(",", -1))
                .map(String::strip)
                .filter(flag -> flag.matches("[A-Z]{2,8}"))
                .limit(32)
                .toList();
    }
}
