package dev.heddle.proxy.config;

import java.util.Optional;
import java.util.function.Consumer;

/// Finds the hosts of clusters by DNS, off every worker.
public interface DnsHosts {

    /// Looks up a cluster's names now and again and again, until [#forget]. Replaces what was asked
    /// for that cluster before.
    ///
    /// @param found told the hosts whenever they change, and that there are none to be told when
    ///   the first look-up fails, on the thread of the configuration; a later failure leaves the
    ///   last good hosts as they are
    void watch(
            String cluster,
            ClusterConfig.Discovery.Dns question,
            Consumer<Optional<Assignment>> found);

    /// Stops looking.
    void forget(String cluster);
}
