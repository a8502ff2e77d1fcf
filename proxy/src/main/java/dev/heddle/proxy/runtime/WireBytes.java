package dev.heddle.proxy.runtime;

/// How many bytes of one exchange went over one side's connection, framing and all, and how many of
/// them were heads and trailers.
@Confined("worker")
public final class WireBytes {
    private long received;
    private long headerReceived;
    private long sent;
    private long headerSent;

    /// Begins anew.
    public void clear() {
        received = 0;
        headerReceived = 0;
        sent = 0;
        headerSent = 0;
    }

    /// Bytes came.
    public void received(long bytes) {
        received += bytes;
    }

    /// Bytes of a head, or of trailers, came.
    public void headReceived(long bytes) {
        received += bytes;
        headerReceived += bytes;
    }

    /// Bytes went.
    public void sent(long bytes) {
        sent += bytes;
    }

    /// Bytes of a head, or of trailers, went.
    public void headSent(long bytes) {
        sent += bytes;
        headerSent += bytes;
    }

    /// All that came.
    public long received() {
        return received;
    }

    /// What came of heads and trailers.
    public long headReceived() {
        return headerReceived;
    }

    /// All that went.
    public long sent() {
        return sent;
    }

    /// What went of heads and trailers.
    public long headSent() {
        return headerSent;
    }
}
