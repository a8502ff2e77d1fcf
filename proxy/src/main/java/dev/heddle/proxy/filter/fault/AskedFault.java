package dev.heddle.proxy.filter.fault;

import dev.heddle.proxy.filter.fault.FaultConfig.Answer;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.route.Chance;
import java.util.Optional;
import java.util.OptionalLong;

/// What a request asks for, where the configuration leaves that to it. What is no number says
/// nothing.
final class AskedFault {
    private static final HeaderName DELAY = HeaderName.of("x-envoy-fault-delay-request");
    private static final HeaderName DELAY_SHARE =
            HeaderName.of("x-envoy-fault-delay-request-percentage");
    private static final HeaderName ABORT = HeaderName.of("x-envoy-fault-abort-request");
    private static final HeaderName ABORT_GRPC = HeaderName.of("x-envoy-fault-abort-grpc-request");
    private static final HeaderName ABORT_SHARE =
            HeaderName.of("x-envoy-fault-abort-request-percentage");
    private static final HeaderName RATE = HeaderName.of("x-envoy-fault-throughput-response");
    private static final HeaderName RATE_SHARE =
            HeaderName.of("x-envoy-fault-throughput-response-percentage");
    private static final int MOST_DIGITS = 18;

    private AskedFault() {}

    static OptionalLong delayMillis(Headers request) {
        return number(request, DELAY);
    }

    static Chance delayChance(Headers request, Chance most) {
        return chance(request, DELAY_SHARE, most);
    }

    /// A status of HTTP goes before one of gRPC.
    static Optional<Answer> answer(Headers request) {
        OptionalLong http = number(request, ABORT);
        if (http.isPresent() && http.getAsLong() >= 200 && http.getAsLong() < 600) {
            return Optional.of(new Answer.Http((int) http.getAsLong()));
        }
        OptionalLong grpc = number(request, ABORT_GRPC);
        return grpc.isPresent() && grpc.getAsLong() <= GrpcStatus.LAST
                ? Optional.of(new Answer.Grpc((int) grpc.getAsLong()))
                : Optional.empty();
    }

    static Chance abortChance(Headers request, Chance most) {
        return chance(request, ABORT_SHARE, most);
    }

    static OptionalLong kibPerSecond(Headers request) {
        OptionalLong asked = number(request, RATE);
        return asked.isPresent() && asked.getAsLong() == 0 ? OptionalLong.empty() : asked;
    }

    static Chance rateChance(Headers request, Chance most) {
        return chance(request, RATE_SHARE, most);
    }

    /// As much as is asked for, in the configuration's unit, but no more than is configured.
    private static Chance chance(Headers request, HeaderName name, Chance most) {
        OptionalLong asked = number(request, name);
        return asked.isEmpty()
                ? most
                : most.atMost((int) Math.min(asked.getAsLong(), Integer.MAX_VALUE));
    }

    private static OptionalLong number(Headers request, HeaderName name) {
        String text = request.get(name);
        if (text == null || text.isEmpty() || text.length() > MOST_DIGITS) {
            return OptionalLong.empty();
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(Long.parseLong(text));
    }
}
