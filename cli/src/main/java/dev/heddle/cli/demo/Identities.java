package dev.heddle.cli.demo;

import dev.heddle.cli.serve.CaOptions;
import dev.heddle.cli.serve.JoinToken;
import dev.heddle.compiler.xds.patch.SecuredControl;
import dev.heddle.xds.identity.SpiffeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What the demo's proxies prove who they are by: each is given a token, once, with which it asks
/// the authority for its first certificate, as a proxy of any other mesh.
///
/// @param data where keys and certificates are
record Identities(DataDirectory data) {
    private static final Duration A_DAY = Duration.ofDays(1);

    /// Of one proxy.
    ///
    /// @param control its way to the control plane, by its certificate
    /// @param options of the command line that keeps the certificate
    record Identity(SecuredControl control, List<String> options) {}

    /// The sidecar's, which is its workload's.
    ///
    /// @param proxy the name of its process
    /// @throws dev.heddle.cli.text.Failure when the control plane's state cannot be used
    Identity sidecar(DemoPlan plan, String proxy, Workload workload) {
        return of(plan, proxy, "default", workload.account());
    }

    /// The gateway's.
    ///
    /// @param proxy the name of its process
    /// @throws dev.heddle.cli.text.Failure when the control plane's state cannot be used
    Identity gateway(DemoPlan plan, String proxy) {
        return of(plan, proxy, "istio-system", "istio-ingressgateway");
    }

    private Identity of(DemoPlan plan, String proxy, String namespace, String account) {
        String token =
                JoinToken.make(
                        CaOptions.usual(data.control()),
                        new SpiffeId.Account(namespace, account),
                        1,
                        A_DAY);
        Path directory = data.secret(proxy, "token", token);
        return new Identity(
                new SecuredControl("127.0.0.1", plan.caPort(), directory.toString()),
                List.of(
                        "--ca",
                        plan.authority(),
                        "--identity",
                        directory.toString(),
                        "--token-file",
                        directory.resolve("token").toString()));
    }
}
