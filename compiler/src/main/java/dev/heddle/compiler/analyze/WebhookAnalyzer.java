package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.kinds.Kinds;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Looks at the webhooks that inject proxies: whether a Pod can be injected twice, whichever labels
/// it and its namespace have, and whether there is the service that they call.
final class WebhookAnalyzer implements Analyzer {
    private static final String REVISION = "istio.io/rev";

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        List<Webhook> hooks = injectors(subject);
        overlaps(hooks)
                .forEach((hook, others) ->
                        findings.add(
                                DiagnosticCode.INVALID_WEBHOOK,
                                hook.resource().origin(hook.path()),
                                "webhook '"
                                        + hook.name()
                                        + "' is asked about the same Pods as "
                                        + String.join(", ", others),
                                "Narrow the selectors, so that each Pod is for one"));
        for (Webhook hook : hooks) {
            Written service = hook.client().at("service");
            boolean isThere =
                    service.isAbsent()
                            || subject.resources()
                                    .find(
                                            Kinds.SERVICE,
                                            service.at("namespace").text(),
                                            service.at("name").text())
                                    .isPresent();
            if (!isThere) {
                findings.add(
                        subject.missing(
                                DiagnosticCode.INVALID_WEBHOOK,
                                hook.resource().origin(hook.path().field("clientConfig")),
                                "there is no service '%s/%s'"
                                        .formatted(
                                                service.at("namespace").text(),
                                                service.at("name").text()),
                                "Install that control plane, or remove the webhook"));
            }
        }
    }

    private static List<Webhook> injectors(Subject subject) {
        Map<?, List<Webhook>> byResource =
                Webhook.all(subject, "MutatingWebhookConfiguration")
                        .collect(
                                Collectors.groupingBy(
                                        h -> h.resource().id(),
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        return byResource.values().stream()
                .filter(WebhookAnalyzer::isInjector)
                .flatMap(List::stream)
                .toList();
    }

    private static boolean isInjector(List<Webhook> hooks) {
        Map<String, String> labels = hooks.getFirst().resource().metadata().labels();
        return labels.containsKey(REVISION)
                || hooks.stream().anyMatch(h -> h.isIstios() || h.named(REVISION).count() > 0);
    }

    /// Each webhook with others of the same Pods, once for each set of others.
    private static Map<Webhook, Set<String>> overlaps(List<Webhook> hooks) {
        Set<String> revisions = new TreeSet<>();
        hooks.forEach(h -> {
            h.named(REVISION).forEach(revisions::add);
            String own = h.resource().metadata().labels().get(REVISION);
            if (own != null) {
                revisions.add(own);
            }
        });
        var overlaps = new LinkedHashMap<Webhook, Set<String>>();
        for (var ofNamespace : labels("istio-injection", "enabled", "disabled", revisions)) {
            for (var ofPod : labels("sidecar.istio.io/inject", "true", "false", revisions)) {
                List<Webhook> asked =
                        hooks.stream().filter(h -> h.isAsked(ofNamespace, ofPod)).toList();
                for (Webhook hook : asked.size() > 1 ? asked : List.<Webhook>of()) {
                    Set<String> others = overlaps.computeIfAbsent(hook, _ -> new LinkedHashSet<>());
                    asked.stream()
                            .filter(o -> !o.equals(hook))
                            .map(o -> o.resource().metadata().name() + "/" + o.name())
                            .forEach(others::add);
                }
            }
        }
        return overlaps;
    }

    /// Without the label, and with either value; each without a revision, and with each.
    private static List<Map<String, String>> labels(
            String label, String yes, String no, Set<String> revisions) {
        var all = new LinkedHashSet<Map<String, String>>();
        for (Map<String, String> base :
                List.<Map<String, String>>of(Map.of(), Map.of(label, yes), Map.of(label, no))) {
            all.add(base);
            for (String revision : revisions) {
                var more = new HashMap<>(base);
                more.put(REVISION, revision);
                all.add(more);
            }
        }
        return List.copyOf(all);
    }
}
