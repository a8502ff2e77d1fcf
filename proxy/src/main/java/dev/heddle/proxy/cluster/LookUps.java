package dev.heddle.proxy.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where names are looked up for workers.
///
/// @param resolver may take its time
/// @param executor where it may
public record LookUps(StrictDns.Resolver resolver, Executor executor) {
    private static final Logger LOG = LoggerFactory.getLogger(LookUps.class);

    /// Nobody has an address.
    public static final LookUps NONE =
            new LookUps(
                    name -> {
                        throw new UnknownHostException(name);
                    },
                    Runnable::run);

    /// Looks a name up.
    ///
    /// @param told the answer, on a thread of the executor; empty for none
    void find(String name, Consumer<Optional<List<InetAddress>>> told) {
        executor.execute(() -> told.accept(answer(name)));
    }

    private Optional<List<InetAddress>> answer(String name) {
        try {
            return Optional.of(resolver.resolve(name));
        } catch (UnknownHostException e) {
            LOG.debug("{} has no address", name, e);
            return Optional.empty();
        }
    }
}
