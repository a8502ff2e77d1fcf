package dev.heddle.proxy.upstream;

import dev.heddle.proxy.http.RequestHead;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a balancer may look at.
public interface PickContext {
    RandomGenerator random();

    /// The request, for hashing and subsets; null for a TCP connection.
    @Nullable RequestHead request();

    /// Where the client's connection was made to before it was redirected here; null when it was
    /// made to this proxy.
    default @Nullable InetSocketAddress originalDestination() {
        return null;
    }

    /// Hosts whose priorities are to be left for others, if there are others: they were tried.
    default List<Host> left() {
        return List.of();
    }
}
