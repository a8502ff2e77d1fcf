package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.JoinTokens;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;

/// `heddle ca token`: makes a token with which a workload gets its first certificate. It needs the
/// control plane's state and not that it runs.
public final class JoinToken {
    private JoinToken() {}

    /// Prints the token, which is kept nowhere.
    public static int run(
            CaOptions options, SpiffeId.Account account, int uses, Duration life, Machine machine) {
        machine.out().println(make(options, account, uses, life));
        return 0;
    }

    /// Makes a token, which is kept nowhere.
    ///
    /// @throws Failure when there is no such account, or the authority's state cannot be used
    public static String make(
            CaOptions options, SpiffeId.Account account, int uses, Duration life) {
        InstantSource clock = InstantSource.system();
        try {
            var _ = SpiffeId.ofAccount(options.trustDomain(), account.namespace(), account.name());
            var settings = options.at(new InetSocketAddress(0));
            JoinTokens tokens = CaServer.tokens(options.directory());
            return tokens.make(
                    new JoinTokens.Grant(account, uses, clock.instant().plus(life)),
                    CaServer.root(settings, clock));
        } catch (IllegalArgumentException e) {
            throw Failure.usage(String.valueOf(e.getMessage()), "see 'heddle ca token --help'");
        } catch (IOException e) {
            throw Failure.of("heddle ca token: " + e.getMessage(), "");
        }
    }
}
