package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;

/// `heddle dashboard`: the way into the console's page.
public final class Dashboard {
    private Dashboard() {}

    /// The page's address with what signs the caller in: behind a `#`, which browsers send to
    /// nobody.
    public static String link(Api api) {
        return api.base() + "/" + api.token().map(token -> "#token=" + token).orElse("");
    }

    /// Prints it, once the control plane took the token.
    public static int run(Api api, Machine machine) {
        var _ = api.get("whoami");
        machine.out().println(link(api));
        return 0;
    }
}
