package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One connection as codecs see it: bytes out, back-pressure, close. What comes in goes to its
/// [WireHandler]. Used on its worker's thread only; after [WireHandler#onClosed] every method does
/// nothing.
public interface Wire {
    /// Queues bytes, which now belong to the wire. They leave at the next [#flush].
    void write(ByteBuf bytes);

    /// Sends what is queued by the end of this turn of the loop, so that one turn costs each
    /// connection at most one system call, however many pieces it wrote.
    void flush();

    /// Whether something was written that [#flush] has not sent on its way yet.
    boolean isUnsent();

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

    /// Sends what is queued, then closes. Who takes nothing of it for five seconds is cut off.
    void close();

    /// Closes at once; what is queued is lost, and the other side sees a reset where the transport
    /// can show one.
    void reset();

    boolean isOpen();

    /// Says who hears everything from now on, beginning with bytes that were taken before and are
    /// to be heard as if they arrived now.
    ///
    /// @param bytes belong to the wire from now on; may be empty
    void handOver(WireHandler next, ByteBuf bytes);

    /// Has what comes from now on go to another wire of this worker without passing through here,
    /// if that can be: the kernel moves it. Ends, errors and back-pressure are as before, but
    /// [WireHandler#onBytes] is not called until the last of so many bytes has left.
    ///
    /// Until then nothing may be written to the other wire.
    ///
    /// @param bytes how many, at least 1; [Long#MAX_VALUE] for all that ever come
    /// @param moved told how many bytes left, once for many of them
    /// @return whether it is so now; if not, nothing has changed
    default boolean spliceTo(Wire to, long bytes, LongConsumer moved) {
        return false;
    }

    /// Says who the two ends are, when a header or the system knows better than the socket.
    void present(InetSocketAddress remote, InetSocketAddress local);

    /// Does a handshake as the server before anything else is heard; bytes that are written in the
    /// meantime wait for it.
    void secure(TlsServer tls, SecureOutcome outcome);

    /// What became of the handshake; null on a connection without TLS, or before it is done.
    @Nullable TlsSession tls();

    /// The other end, as it was presented.
    InetSocketAddress remote();

    /// This end, as it was presented.
    InetSocketAddress local();

    /// Where the connection was made to, if that was said and is not this end of the socket; else
    /// null.
    @Nullable InetSocketAddress restored();

    /// The other end of the socket itself.
    InetSocketAddress directRemote();

    /// Where the connection was made to before the system redirected it here (`SO_ORIGINAL_DST`);
    /// empty when it was not, or when this transport cannot tell.
    Optional<InetSocketAddress> originalDestination();
}
