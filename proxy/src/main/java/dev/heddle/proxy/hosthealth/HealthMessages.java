package dev.heddle.proxy.hosthealth;

import dev.heddle.proxy.upstream.health.HostCheck;
import dev.heddle.proxy.upstream.health.Unwell;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import dev.heddle.xds.wire.WireWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.LongUnaryOperator;

/// The messages of `heddle/host_health.proto`.
final class HealthMessages {
    /// The call, as HTTP/2 names it.
    static final String METHOD = "/heddle.health.v1.HostHealth/Report";

    private HealthMessages() {}

    /// What the first message of a call says.
    ///
    /// @param node id of this proxy
    static byte[] hello(String node) {
        return new WireWriter().text(1, node).toBytes().toByteArray();
    }

    /// @param sequence of the report, from 1
    /// @param more how many hosts there are beyond these
    /// @param millis when that was on the clock of the workers, in milliseconds since 1970 began
    static byte[] report(long sequence, List<Unwell> hosts, long more, LongUnaryOperator millis) {
        var out = new WireWriter().number(2, sequence);
        hosts.forEach(host -> out.message(3, host(host, millis)));
        return out.number(4, more).toBytes().toByteArray();
    }

    private static WireWriter host(Unwell host, LongUnaryOperator millis) {
        var out =
                new WireWriter()
                        .text(1, host.cluster())
                        .text(2, host.address().getAddress().getHostAddress())
                        .number(3, host.address().getPort());
        host.ejected()
                .ifPresent(it ->
                        out.message(
                                4,
                                new WireWriter()
                                        .text(1, it.by())
                                        .number(2, millis.applyAsLong(it.sinceNanos()))
                                        .number(3, millis.applyAsLong(it.untilNanos()))
                                        .number(4, it.times())));
        host.check()
                .ifPresent(it -> {
                    var check =
                            new WireWriter().text(1, it.state().name().toLowerCase(Locale.ROOT));
                    it.since()
                            .ifPresent(since ->
                                    check.text(2, word(since.why()))
                                            .number(3, millis.applyAsLong(since.sinceNanos())));
                    out.message(5, check);
                });
        return out;
    }

    private static String word(HostCheck.Failure why) {
        return switch (why) {
            case ACTIVE, PASSIVE -> "answer";
            case NETWORK -> "network";
            case NETWORK_TIMEOUT -> "timeout";
        };
    }

    /// Which report was taken.
    ///
    /// @throws WireException when the bytes are no message
    static long taken(byte[] message) {
        return new Taken(Bytes.of(message)).sequence();
    }

    private static final class Taken extends Message {
        Taken(Bytes bytes) {
            super(bytes);
        }

        long sequence() {
            return number(1);
        }

        @Override
        public String typeName() {
            return "heddle.health.v1.HealthTaken";
        }

        @Override
        public Message read(Bytes other) {
            return new Taken(other);
        }

        @Override
        protected String schema() {
            return "sequence,1,-n;";
        }
    }
}
