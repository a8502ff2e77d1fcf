package dev.heddle.proxy.upstream.pool;

/// The connections of one worker to one host that speak one version of HTTP, or none.
public sealed interface ConnectionPool permits HttpPool, TcpPool {
    /// Asks for a stream.
    void acquire(PoolWaiter waiter);

    /// Asks for a stream on a connection that did not wait idle until now.
    void acquireFresh(PoolWaiter waiter);

    /// Takes back what [#acquire] asked for, if there is no answer yet.
    void cancel(PoolWaiter waiter);

    /// The host left the cluster: nothing new goes to it, what is in flight may end.
    void drain();

    /// Whether there is a connection, or one on its way.
    boolean isUsed();
}
