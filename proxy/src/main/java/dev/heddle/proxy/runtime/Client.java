package dev.heddle.proxy.runtime;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One connection of a client, as far as hosts may be told of it. What is kept for it alone hears
/// when it is gone.
@Confined("worker")
public final class Client {
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final @Nullable InetSocketAddress originalDestination;
    private final List<Extension> extensions;
    private final @Nullable OriginalSource source;
    private @Nullable Set<Follower> followers;

    /// What a load balancer said besides the addresses (a TLV of the PROXY protocol).
    ///
    /// @param type from 0 to 255
    /// @param value read-only
    public record Extension(int type, ByteBuffer value) {
        public Extension {
            if (type < 0 || type > 255) {
                throw new IllegalArgumentException("type: " + type + " (expected: from 0 to 255)");
            }
        }
    }

    /// Keeps something for a client.
    public interface Follower {
        void onClientGone(Client client);
    }

    /// One whose address is not taken on.
    ///
    /// @param originalDestination null for the proxy itself
    /// @param extensions that came with it and may be passed on
    public Client(
            InetSocketAddress remote,
            InetSocketAddress local,
            @Nullable InetSocketAddress originalDestination,
            List<Extension> extensions) {
        this(remote, local, originalDestination, extensions, null);
    }

    /// @param originalDestination null for the proxy itself
    /// @param extensions that came with it and may be passed on
    /// @param source as whom connections to hosts are made for it; null for the proxy itself
    public Client(
            InetSocketAddress remote,
            InetSocketAddress local,
            @Nullable InetSocketAddress originalDestination,
            List<Extension> extensions,
            @Nullable OriginalSource source) {
        this.source = source;
        this.remote = remote;
        this.local = local;
        this.originalDestination = originalDestination;
        this.extensions = List.copyOf(extensions);
    }

    public InetSocketAddress remote() {
        return remote;
    }

    public InetSocketAddress local() {
        return local;
    }

    /// Where its connection was made to before it was redirected here; null for here.
    public @Nullable InetSocketAddress originalDestination() {
        return originalDestination;
    }

    public List<Extension> extensions() {
        return extensions;
    }

    /// As whom connections to hosts are made for it; null for the proxy itself.
    public @Nullable OriginalSource source() {
        return source;
    }

    /// Has somebody told when it is gone.
    public void follow(Follower follower) {
        Set<Follower> all = followers;
        if (all == null) {
            all = Collections.newSetFromMap(new IdentityHashMap<>());
            followers = all;
        }
        all.add(follower);
    }

    /// Takes [#follow] back.
    public void leave(Follower follower) {
        if (followers != null) {
            followers.remove(follower);
        }
    }

    /// It is gone.
    public void gone() {
        Set<Follower> all = followers;
        followers = null;
        if (all != null) {
            all.forEach(it -> it.onClientGone(this));
        }
    }
}
