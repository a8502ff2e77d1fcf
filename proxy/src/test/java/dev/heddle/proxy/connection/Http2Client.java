package dev.heddle.proxy.connection;

import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import io.netty.buffer.ByteBuf;
import java.util.List;

/// One end of an HTTP/2 connection in a simulation: writes frames, legal or not, and shows those
/// that come as text.
public final class Http2Client {
    public final FrameText text = new FrameText();
    public final SimPeer peer;

    private Http2Client(SimPeer peer) {
        this.peer = peer;
    }

    /// A client that has said what every client says first.
    public static Http2Client of(SimProxy sim) {
        var client = new Http2Client(sim.client());
        client.peer.send(FrameText.preface(), FrameText.settings(), FrameText.settingsAck());
        client.frames();
        return client;
    }

    /// A server that has taken the proxy's connection and said what every server says first.
    public static Http2Client serving(SimPeer peer) {
        return new Http2Client(peer);
    }

    public Http2Client send(ByteBuf... frames) {
        peer.send(frames);
        return this;
    }

    /// Sends a request without a body.
    public Http2Client get(int stream, String path) {
        return send(
                text.headers(
                        stream,
                        true,
                        ":method: GET",
                        ":scheme: http",
                        ":path: " + path,
                        ":authority: echo"));
    }

    /// Sends the head of a request that has a body.
    public Http2Client post(int stream, String path, String... more) {
        var lines =
                new java.util.ArrayList<>(
                        List.of(
                                ":method: POST",
                                ":scheme: http",
                                ":path: " + path,
                                ":authority: echo"));
        lines.addAll(List.of(more));
        return send(text.headers(stream, false, lines.toArray(String[]::new)));
    }

    /// The frames since the last call but for settings.
    public List<String> frames() {
        return peer.frames(text).stream()
                .filter(line -> !line.startsWith("SETTINGS") && !line.equals("preface"))
                .toList();
    }
}
