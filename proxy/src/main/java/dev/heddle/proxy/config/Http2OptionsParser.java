package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http.Http2Options.Keepalive;
import dev.heddle.proxy.http2.FloodLimits;
import dev.heddle.proxy.http2.Http2Settings;
import dev.heddle.proxy.http2.hpack.HeaderLimits;
import envoy.config.core.v3.Http2ProtocolOptions;
import envoy.config.core.v3.KeepaliveSettings;
import google.protobuf.UInt32Value;
import java.time.Duration;
import java.util.Set;

/// Reads how HTTP/2 is spoken, on either side.
final class Http2OptionsParser {
    private static final Set<String> READ =
            Set.of(
                    "hpack_table_size",
                    "max_concurrent_streams",
                    "initial_stream_window_size",
                    "initial_connection_window_size",
                    "max_outbound_control_frames",
                    "max_consecutive_inbound_frames_with_empty_payload",
                    "max_inbound_priority_frames_per_stream",
                    "max_inbound_window_update_frames_per_data_frame_sent",
                    "allow_connect",
                    "connection_keepalive");

    /// Which library speaks, and what becomes of a connection with one invalid message: here that
    /// message alone is refused. What waits for a peer is bounded in bytes, not in frames.
    private static final Set<String> NOTED =
            Set.of(
                    "max_outbound_frames",
                    "stream_error_on_invalid_http_messaging",
                    "override_stream_error_on_invalid_http_message",
                    "use_oghttp2_codec",
                    "max_metadata_size",
                    "enable_huffman_encoding");

    /// What a client may have open at once when nothing is configured, as with Envoy.
    private static final int STREAMS = 1024;

    private static final int MAX_TABLE = 1 << 16;

    private final Findings findings;

    Http2OptionsParser(Findings findings) {
        this.findings = findings;
    }

    /// For clients.
    ///
    /// @param headBytes how large a request's head may be
    /// @param headers how many fields it may have
    Http2Options downstream(String path, Http2ProtocolOptions options, int headBytes, int headers) {
        int streams = streams(path, options);
        return options(
                path,
                options,
                new HeaderLimits(headBytes, headers),
                streams,
                streams,
                options.getAllowConnect());
    }

    /// For hosts of a cluster.
    Http2Options upstream(String path, Http2ProtocolOptions options) {
        if (options.getAllowConnect()) {
            // Of no meaning to a server: an upgrade is sent if the server takes one.
            findings.note(join(path, "allow_connect"));
        }
        return options(
                path,
                options,
                Http2Settings.USUAL.headers(),
                Http2Settings.USUAL.maxStreams(),
                options.hasMaxConcurrentStreams() ? streams(path, options) : Integer.MAX_VALUE,
                false);
    }

    private int streams(String path, Http2ProtocolOptions options) {
        return number(
                join(path, "max_concurrent_streams"),
                options.hasMaxConcurrentStreams(),
                options.getMaxConcurrentStreams(),
                STREAMS,
                1,
                Integer.MAX_VALUE);
    }

    private Http2Options options(
            String path,
            Http2ProtocolOptions options,
            HeaderLimits heads,
            int maxStreams,
            int mostStreams,
            boolean takesConnect) {
        findings.fields(path, options, READ, NOTED);
        Http2Settings usual = Http2Settings.USUAL;
        int least = 65_535;
        int streamWindow =
                number(
                        join(path, "initial_stream_window_size"),
                        options.hasInitialStreamWindowSize(),
                        options.getInitialStreamWindowSize(),
                        usual.streamWindow(),
                        least,
                        Integer.MAX_VALUE);
        var engine =
                new Http2Settings(
                        maxStreams,
                        streamWindow,
                        number(
                                join(path, "initial_connection_window_size"),
                                options.hasInitialConnectionWindowSize(),
                                options.getInitialConnectionWindowSize(),
                                Math.max(streamWindow, usual.connectionWindow()),
                                least,
                                Integer.MAX_VALUE),
                        number(
                                join(path, "hpack_table_size"),
                                options.hasHpackTableSize(),
                                options.getHpackTableSize(),
                                usual.tableSize(),
                                0,
                                MAX_TABLE),
                        heads,
                        takesConnect,
                        usual.streamBuffer(),
                        floods(path, options));
        return new Http2Options(
                engine,
                mostStreams,
                options.hasConnectionKeepalive()
                        ? keepalive(
                                join(path, "connection_keepalive"),
                                options.getConnectionKeepalive())
                        : Keepalive.NONE);
    }

    private FloodLimits floods(String path, Http2ProtocolOptions options) {
        FloodLimits usual = FloodLimits.ENVOY;
        return new FloodLimits(
                number(
                        join(path, "max_outbound_control_frames"),
                        options.hasMaxOutboundControlFrames(),
                        options.getMaxOutboundControlFrames(),
                        usual.outboundControlFrames(),
                        1,
                        Integer.MAX_VALUE),
                number(
                        join(path, "max_consecutive_inbound_frames_with_empty_payload"),
                        options.hasMaxConsecutiveInboundFramesWithEmptyPayload(),
                        options.getMaxConsecutiveInboundFramesWithEmptyPayload(),
                        usual.emptyFrames(),
                        0,
                        Integer.MAX_VALUE),
                number(
                        join(path, "max_inbound_priority_frames_per_stream"),
                        options.hasMaxInboundPriorityFramesPerStream(),
                        options.getMaxInboundPriorityFramesPerStream(),
                        usual.priorityFrames(),
                        0,
                        Integer.MAX_VALUE),
                number(
                        join(path, "max_inbound_window_update_frames_per_data_frame_sent"),
                        options.hasMaxInboundWindowUpdateFramesPerDataFrameSent(),
                        options.getMaxInboundWindowUpdateFramesPerDataFrameSent(),
                        usual.windowUpdates(),
                        1,
                        Integer.MAX_VALUE),
                usual.resets(),
                usual.controlFrames());
    }

    private Keepalive keepalive(String path, KeepaliveSettings settings) {
        findings.fields(
                path,
                settings,
                Set.of("interval", "timeout", "interval_jitter", "connection_idle_interval"));
        Duration interval = findings.duration(join(path, "interval"), settings.getInterval());
        Duration timeout = findings.duration(join(path, "timeout"), settings.getTimeout());
        Duration idle =
                findings.duration(
                        join(path, "connection_idle_interval"),
                        settings.getConnectionIdleInterval());
        if (timeout.isZero()) {
            findings.reject(join(path, "timeout"), "0s (expected: more)");
            return Keepalive.NONE;
        }
        double jitter = settings.hasIntervalJitter() ? settings.getIntervalJitter().getValue() : 15;
        if (!(jitter >= 0 && jitter <= 100)) {
            findings.reject(join(path, "interval_jitter"), jitter + " (expected: from 0 to 100)");
            return Keepalive.NONE;
        }
        return new Keepalive(interval, timeout, jitter, idle);
    }

    private int number(
            String path, boolean set, UInt32Value value, int otherwise, int least, int most) {
        if (!set) {
            return otherwise;
        }
        long number = Integer.toUnsignedLong(value.getValue());
        findings.range(path, number, least, most);
        return Math.clamp(number, least, most);
    }
}
