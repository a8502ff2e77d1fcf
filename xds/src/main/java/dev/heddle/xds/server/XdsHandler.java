package dev.heddle.xds.server;

import dev.heddle.xds.XdsType;
import java.util.List;

/// What the control plane wants to know about its streams.
///
/// The calls for one stream come one at a time and in order; calls for different streams come from
/// different threads at once. A call must not block for long: it holds up its own stream.
public interface XdsHandler {

    /// A proxy connected and said who it is. It waits until a first snapshot is pushed, which may
    /// happen in this call or later.
    void onOpened(XdsStream stream);

    /// The proxy has accepted everything of that type that it subscribed to, up to that version.
    ///
    /// Also called when a new version brought nothing that the proxy did not have already, so the
    /// versions of all types in use come together once a proxy is up to date.
    void onAck(XdsStream stream, XdsType type, String version);

    /// The proxy has rejected a response. What it rejected is not sent again until it changes.
    ///
    /// @param version of the snapshot that the response was part of
    /// @param text the proxy's words
    /// @param resources of the response that the text names; all of them when it names none
    void onNack(
            XdsStream stream, XdsType type, String version, String text, List<String> resources);

    /// The stream has ended. The last call for it.
    ///
    /// @param reason for people to read
    void onClosed(XdsStream stream, String reason);
}
