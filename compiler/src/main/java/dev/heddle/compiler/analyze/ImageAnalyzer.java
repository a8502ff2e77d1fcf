package dev.heddle.compiler.analyze;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.YamlReader;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.core.Namespace;
import dev.heddle.model.istio.ProxyConfig;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks at the images of proxies: whether they are those that are injected now, and whether
/// somebody fills in `auto`.
final class ImageAnalyzer implements Analyzer {
    private static final String MUTATING = "MutatingWebhookConfiguration";

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        mismatches(subject, findings);
        List<Webhook> hooks = Webhook.all(subject, MUTATING).filter(Webhook::isIstios).toList();
        for (Pod pod : subject.pods()) {
            auto(pod)
                    .forEach(c ->
                            findings.add(
                                    DiagnosticCode.IMAGE_AUTO_IN_POD,
                                    pod.resource().origin(c.path().field("image")),
                                    "there is no image 'auto': no webhook has injected this Pod",
                                    "Label it for injection, and create it again"));
        }
        boolean isUnknown = subject.all(Webhook.GROUP, "v1", MUTATING).isEmpty();
        for (Resource<Node> deployment : subject.deployments()) {
            Pod pod = Pod.ofTemplate(deployment);
            boolean isInjected =
                    hooks.stream()
                            .anyMatch(
                                    h -> h.isAsked(subject.labels(pod.namespace()), pod.labels()));
            if (!isInjected) {
                auto(pod).forEach(c -> unfilled(pod, c, isUnknown, findings));
            }
        }
    }

    /// @param isUnknown whether there is no webhook at all, as in files that are no whole cluster
    private static void unfilled(
            Pod pod, Pod.Container container, boolean isUnknown, Diagnostics findings) {
        DiagnosticCode code = DiagnosticCode.IMAGE_AUTO_WITHOUT_INJECTION;
        findings.add(
                new Diagnostic(
                        code,
                        isUnknown ? Severity.INFO : code.severity(),
                        pod.resource().origin(container.path().field("image")),
                        "'auto' is no image, and no webhook for injection is asked here",
                        "Label the Deployment's Pods, or the namespace, for injection"));
    }

    private static List<Pod.Container> auto(Pod pod) {
        return pod.containers().stream()
                .filter(c -> c.isProxy() && c.image().equals("auto"))
                .toList();
    }

    private static void mismatches(Subject subject, Diagnostics findings) {
        Map<String, String> injected = new HashMap<>();
        subject.resources().all(Kinds.CONFIG_MAP).stream()
                .filter(Injection::isSettings)
                .forEach(m -> injected.put(m.metadata().name(), image(m)));
        for (Resource<Namespace> namespace : subject.resources().all(Kinds.NAMESPACE)) {
            Map<String, String> labels = namespace.metadata().labels();
            String revision = labels.get(Injection.REVISION);
            boolean isInjected =
                    revision != null
                            || Injection.ENABLED.equals(labels.get(Injection.OF_NAMESPACE));
            String image = injected.get(Injection.settings(revision == null ? "" : revision));
            if (!isInjected || image == null) {
                continue;
            }
            List<String> others =
                    subject.pods().stream()
                            .filter(p -> p.namespace().equals(namespace.metadata().name()))
                            .filter(p -> isOther(subject, p, image))
                            .map(Pod::name)
                            .sorted()
                            .toList();
            if (!others.isEmpty()) {
                findings.add(
                        DiagnosticCode.PROXY_IMAGE_MISMATCH,
                        namespace.origin(FieldPath.of("metadata", "name")),
                        "the Pods %s run another proxy than '%s', which is injected now"
                                .formatted(String.join(", ", others), image),
                        "Create them again");
            }
        }
    }

    private static String image(Resource<ConfigMap> map) {
        Written global = Injection.values(map).at("global");
        String image = global.at("proxy", "image").text();
        return image.contains("/")
                ? image
                : "%s/%s:%s".formatted(global.at("hub").text(), image, global.at("tag").text());
    }

    private static boolean isOther(Subject subject, Pod pod, String image) {
        if (!pod.annotations().getOrDefault("sidecar.istio.io/proxyImage", "").isEmpty()) {
            return false;
        }
        String variant = variant(subject, pod);
        return pod.allContainers().stream()
                .filter(Pod.Container::isProxy)
                .map(Pod.Container::image)
                .anyMatch(i -> !i.equals(image) && !i.equals(image + "-" + variant));
    }

    /// What stands behind the image's tag, as in `distroless`: the last that says it counts.
    private static String variant(Subject subject, Pod pod) {
        String said =
                subject.world()
                        .settings()
                        .config()
                        .flatMap(c -> c.defaultConfig())
                        .map(c -> Written.of(c.image()).at("imageType").text())
                        .orElse("");
        String root = subject.world().settings().rootNamespace();
        List<Resource<ProxyConfig>> all = subject.resources().all(Kinds.PROXY_CONFIG);
        for (Resource<ProxyConfig> config : all) {
            if (config.metadata().namespace().equals(root)) {
                said = said(config).orElse(said);
            }
        }
        for (boolean isSelecting : List.of(false, true)) {
            for (Resource<ProxyConfig> config : all) {
                boolean isOf =
                        config.metadata().namespace().equals(pod.namespace())
                                && config.spec().selector().isPresent() == isSelecting
                                && config.spec()
                                        .selector()
                                        .map(s -> s.matches(pod.labels()))
                                        .orElse(true);
                if (isOf) {
                    said = said(config).orElse(said);
                }
            }
        }
        String annotated = pod.annotations().getOrDefault("proxy.istio.io/config", "");
        for (var document : YamlReader.read("", annotated, new Diagnostics())) {
            String own = Written.of(document.root()).at("image", "imageType").text();
            said = own.isEmpty() ? said : own;
        }
        return said.equals("default") ? "" : said;
    }

    private static Optional<String> said(Resource<ProxyConfig> config) {
        return config.spec().image().map(i -> i.imageType()).filter(t -> !t.isEmpty());
    }
}
