package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.select.EgressScope;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Service.Port;
import java.util.List;

/// Finds services that a workload cannot call through its sidecar, because nothing redirects its
/// traffic: an HTTP proxy carries HTTP alone, and is not told at what address a name was found.
public final class ProxyOnlyCheck {
    private ProxyOnlyCheck() {}

    /// The findings for proxies of that outlook; none where calls are redirected.
    public static List<Diagnostic> of(Outlook outlook, SidecarScope scope) {
        var findings = new Diagnostics();
        switch (outlook.calls()) {
            case HTTP_PROXY ->
                    scope.catchAll()
                            .map(EgressScope::services)
                            .orElse(List.of())
                            .forEach(service -> check(service, findings));
            case REDIRECTED, GATEWAY, NONE -> {}
        }
        return findings.toList();
    }

    private static void check(MeshService service, Diagnostics findings) {
        boolean isAnywhere =
                switch (service.service().resolution()) {
                    case PASSTHROUGH -> true;
                    case STATIC, DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS -> false;
                };
        for (Port port : service.service().ports()) {
            if (port.protocol() == AppProtocol.UDP) {
                continue;
            }
            String what = "port " + port.number() + " of '" + service.service().host() + "'";
            if (!OutboundTables.mayBeHttp(port)) {
                findings.add(
                        DiagnosticCode.NOT_IMPLEMENTED,
                        service.service().origin(),
                        what
                                + " speaks "
                                + port.protocol()
                                + ", which sidecars do not carry where traffic is not redirected",
                        "An HTTP proxy carries HTTP alone: call an endpoint by its address");
            } else if (isAnywhere && service.endpoints(port.number()).isEmpty()) {
                findings.add(
                        DiagnosticCode.NOT_IMPLEMENTED,
                        service.service().origin(),
                        what
                                + " is wherever the client called, which sidecars do not know where"
                                + " traffic is not redirected",
                        "Give it endpoints, or resolution DNS; until then requests are answered"
                                + " 503");
            }
        }
    }
}
