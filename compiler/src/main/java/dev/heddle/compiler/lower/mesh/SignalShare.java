package dev.heddle.compiler.lower.mesh;

import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// Which share of the requests the control plane is told of though they went well, in percent: what
/// an annotation of a Telemetry says. The narrowest that says something counts. Whole numbers only,
/// as a proxy's runtime may have another one in its place.
public final class SignalShare {
    /// The annotation.
    public static final String ANNOTATION = "heddle.dev/signal-share";

    private static final int USUAL = 5;
    private static final int ALL = 100;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,3}");

    private SignalShare() {}

    static int lower(List<Resource<Telemetry>> telemetries) {
        return telemetries.stream()
                .flatMap(it -> said(it).stream())
                .reduce((_, narrower) -> narrower)
                .map(SignalShare::read)
                .orElse(OptionalInt.empty())
                .orElse(USUAL);
    }

    /// What a Telemetry says; empty for nothing.
    public static Optional<String> said(Resource<Telemetry> telemetry) {
        return Optional.ofNullable(telemetry.metadata().annotations().get(ANNOTATION));
    }

    /// What such a word means, from 0 to 100; empty for one that means nothing.
    public static OptionalInt read(String said) {
        if (!NUMBER.matcher(said).matches()) {
            return OptionalInt.empty();
        }
        int share = Integer.parseInt(said);
        return share > ALL ? OptionalInt.empty() : OptionalInt.of(share);
    }
}
