package dev.heddle.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.List;

/// An engine on a fake wire, with a clock that stands until it is moved.
final class EngineUnderTest {
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    final FakeWire wire = new FakeWire();
    final Recorder told = new Recorder();
    final FrameText peer = new FrameText();
    final Http2Loop loop;
    final Http2Connection connection;
    long nanos;

    EngineUnderTest(Http2Connection.Side side, Http2Settings settings) {
        this(side, settings, UnpooledByteBufAllocator.DEFAULT);
    }

    EngineUnderTest(Http2Connection.Side side, Http2Settings settings, ByteBufAllocator allocator) {
        loop = new Http2Loop(() -> nanos, later::add, allocator);
        connection = new Http2Connection(side, wire, loop, settings, told);
    }

    /// A server whose client has said what every client says first.
    static EngineUnderTest server(Http2Settings settings) {
        var engine = new EngineUnderTest(Http2Connection.Side.SERVER, settings);
        engine.connection.start();
        engine.receive(FrameText.preface(), FrameText.settings(), FrameText.settingsAck());
        engine.sent();
        return engine;
    }

    static EngineUnderTest server() {
        return server(Http2Settings.USUAL);
    }

    static EngineUnderTest client() {
        var engine = new EngineUnderTest(Http2Connection.Side.CLIENT, Http2Settings.USUAL);
        engine.connection.start();
        engine.receive(FrameText.settings(), FrameText.settingsAck());
        engine.sent();
        return engine;
    }

    void receive(ByteBuf... pieces) {
        for (ByteBuf piece : pieces) {
            connection.onBytes(piece);
        }
        endTurn();
    }

    void endTurn() {
        for (Runnable task = later.poll(); task != null; task = later.poll()) {
            task.run();
        }
    }

    /// What the engine sent since the last time, a line for each frame.
    List<String> sent() {
        endTurn();
        return peer.read(wire.take());
    }

    /// What its listener heard since the last time.
    List<String> heard() {
        return told.take();
    }

    String lastSent() {
        List<String> lines = sent();
        return lines.isEmpty() ? "nothing" : lines.getLast();
    }
}
