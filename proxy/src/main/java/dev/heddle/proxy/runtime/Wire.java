package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/// One connection as codecs see it: bytes out, back-pressure, close. What comes in goes to its
/// [WireHandler]. Used on its worker's thread only; after [WireHandler#onClosed] every method does
/// nothing.
public interface Wire {
    /// Queues bytes, which now belong to the wire. They leave at the next [#flush].
    void write(ByteBuf bytes);

    /// Sends what is queued by the end of this turn of the loop, so that one turn costs each
    /// connection at most one system call, however many pieces it wrote.
    void flush();

    /// Whether little enough is queued. When it turns true again the handler hears of it.
    boolean isWritable();

    /// How much may be queued before [#isWritable] turns false. It turns true again at half of it.
    void setWriteLimit(int bytes);

    /// Stops (false) or resumes (true) taking bytes from the other side.
    void setReading(boolean on);

    /// Lets each direction end by itself; without it the end of one direction closes both.
    void allowHalfClose();

    /// Says that nothing more comes from here, after what is queued has left.
    void end();

    /// Sends what is queued, then closes.
    void close();

    /// Closes at once; what is queued is lost, and the other side sees a reset where the transport
    /// can show one.
    void reset();

    boolean isOpen();

    InetSocketAddress remote();

    InetSocketAddress local();
}
