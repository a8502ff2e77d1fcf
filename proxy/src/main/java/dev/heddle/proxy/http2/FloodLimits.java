package dev.heddle.proxy.http2;

/// How often a peer may do what is legal but costs us more than it; past a limit the connection is
/// closed. Names and defaults are those of Envoy's `Http2ProtocolOptions` and overload settings.
///
/// @param outboundControlFrames answers that may wait while the peer does not read
///   (`max_outbound_control_frames`)
/// @param emptyFrames frames in a row without payload or end
///   (`max_consecutive_inbound_frames_with_empty_payload`)
/// @param priorityFrames PRIORITY frames for each stream, and for one more
///   (`max_inbound_priority_frames_per_stream`)
/// @param windowUpdates WINDOW_UPDATE frames for each DATA frame sent
///   (`max_inbound_window_update_frames_per_data_frame_sent`)
/// @param resets requests of which half may be reset within a second
///   (`overload.premature_reset_total_stream_count`)
/// @param controlFrames PING, SETTINGS, unknown and stray frames in one second; Envoy has no such
///   limit
public record FloodLimits(
        int outboundControlFrames,
        int emptyFrames,
        int priorityFrames,
        int windowUpdates,
        int resets,
        int controlFrames) {
    public static final FloodLimits ENVOY = new FloodLimits(1000, 1, 100, 10, 500, 1000);

    public FloodLimits {
        atLeast("outboundControlFrames", outboundControlFrames, 1);
        atLeast("emptyFrames", emptyFrames, 0);
        atLeast("priorityFrames", priorityFrames, 0);
        atLeast("windowUpdates", windowUpdates, 1);
        atLeast("resets", resets, 1);
        atLeast("controlFrames", controlFrames, 1);
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: >= " + least + ")");
        }
    }
}
