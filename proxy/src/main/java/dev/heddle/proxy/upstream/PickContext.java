package dev.heddle.proxy.upstream;

import dev.heddle.proxy.http.RequestHead;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a balancer may look at.
public interface PickContext {
    RandomGenerator random();

    /// The request; null for a TCP connection.
    @Nullable RequestHead request();

    /// Where the client's connection was made to before it was redirected here; null when it was
    /// made to this proxy.
    default @Nullable InetSocketAddress originalDestination() {
        return null;
    }

    /// What the request hashes to; by chance where nothing of it is hashed.
    default long hash() {
        return random().nextLong();
    }

    /// How many hosts were picked for this attempt before, and passed over.
    default int picks() {
        return 0;
    }

    /// The host that a TCP connection is for, as `name:port`, where its client names one; null
    /// where nobody looks.
    default @Nullable String wantedHost() {
        return null;
    }

    /// The address of the one host that the request's session is with, as in `10.0.0.1:9080`; null
    /// for none.
    default @Nullable String sessionHost() {
        return null;
    }

    /// Whether there is no other host for the request than that of its session.
    default boolean isSessionStrict() {
        return false;
    }

    /// Hosts whose priorities are to be left for others, if there are others: they were tried.
    default List<Host> left() {
        return List.of();
    }
}
