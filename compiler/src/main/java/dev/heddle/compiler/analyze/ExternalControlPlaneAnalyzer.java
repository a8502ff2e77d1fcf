package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Origin;
import java.net.URI;
import java.net.URISyntaxException;

/// Looks at the addresses by which Istio's webhooks call a control plane outside of the cluster.
final class ExternalControlPlaneAnalyzer implements Analyzer {

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        Webhook.all(subject, "ValidatingWebhookConfiguration")
                .filter(h -> isValidator(h.resource().metadata().name()))
                .forEach(h -> address(h, findings));
        Webhook.all(subject, "MutatingWebhookConfiguration")
                .filter(h -> h.resource().metadata().name().startsWith("istio-sidecar-injector"))
                .forEach(h -> address(h, findings));
    }

    private static boolean isValidator(String name) {
        return name.equals("istiod-default-validator") || name.startsWith("istio-validator");
    }

    private static void address(Webhook hook, Diagnostics findings) {
        Written url = hook.client().at("url");
        if (url.isAbsent()) {
            if (hook.client().at("service").isAbsent()) {
                findings.add(
                        DiagnosticCode.INVALID_EXTERNAL_CONTROL_PLANE,
                        hook.resource().origin(hook.path().field("clientConfig")),
                        "webhook '" + hook.name() + "' says neither 'url' nor 'service'",
                        "Name whom it calls");
            }
            return;
        }
        Origin at = hook.resource().origin(hook.path().field("clientConfig").field("url"));
        try {
            String host = new URI(url.text()).getHost();
            if (host != null && (host.startsWith("[") || host.matches("[0-9.]+"))) {
                findings.add(
                        DiagnosticCode.EXTERNAL_CONTROL_PLANE_IS_IP,
                        at,
                        "webhook '" + hook.name() + "' calls an IP address, " + host,
                        "Call a host name");
            }
        } catch (URISyntaxException _) {
            findings.add(
                    DiagnosticCode.INVALID_EXTERNAL_CONTROL_PLANE,
                    at,
                    "webhook '" + hook.name() + "' calls '" + url.text() + "', which is no URL",
                    "Correct it, as in https://istiod.example.com:15017/inject");
        }
    }
}
