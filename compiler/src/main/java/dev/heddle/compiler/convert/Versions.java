package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Backends.Place;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.MergedRule.OwnedSubset;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Metadata;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.RecordWriter;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.core.Service;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import dev.heddle.model.tree.Node.Mapping;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes Services of subsets: the Gateway API's word for a version is a Service that chooses its
/// workloads.
///
/// A Service for a subset has the labels of both. What DestinationRules say for the subset is said
/// again for the Service, by a DestinationRule of its own. Used by one conversion.
final class Versions {
    private final MeshIndex index;
    private final Documents documents;
    private final Losses losses;
    private final Map<Version, Optional<String>> made = new HashMap<>();
    private final Map<String, ResourceId> rules = new HashMap<>();

    /// A subset of a service.
    private record Version(String namespace, String service, String subset) {}

    Versions(MeshIndex index, Documents documents, Losses losses) {
        this.index = index;
        this.documents = documents;
        this.losses = losses;
    }

    /// The name of the subset's Service, in the namespace of the other one; empty, and a loss,
    /// where there can be none.
    Optional<String> service(MeshService of, String subset, Place place) {
        var version = new Version(of.metadata().namespace(), of.metadata().name(), subset);
        Optional<String> earlier = made.get(version);
        if (earlier == null) {
            earlier = make(of, subset, place);
            made.put(version, earlier);
        } else if (earlier.isEmpty()) {
            lost(place, "subset '" + subset + "' has no Service, as said before");
        }
        earlier.ifPresent(name -> {
            documents.need(new ResourceId(Kinds.SERVICE, version.namespace(), name), place.owner());
            ResourceId rule = rules.get(version.namespace() + "/" + name);
            if (rule != null) {
                documents.need(rule, place.owner());
            }
        });
        return earlier;
    }

    private Optional<String> make(MeshService of, String subset, Place place) {
        String namespace = of.metadata().namespace();
        Resource<Service> whole =
                index.resources()
                        .find(Kinds.SERVICE, namespace, of.metadata().name())
                        .orElseThrow();
        Optional<MergedRule> rule =
                index.destinationRules().known(of.service().host(), place.viewer(), namespace);
        Optional<OwnedSubset> found = rule.flatMap(r -> r.subset(subset));
        if (found.isEmpty()) {
            return lost(
                    place,
                    "no DestinationRule here has a subset '"
                            + subset
                            + "' of '"
                            + of.service().host()
                            + "'");
        }
        if (whole.spec().selector().isEmpty() || whole.spec().clusterIP().equals("None")) {
            return lost(
                    place,
                    "Service '"
                            + whole.metadata().name()
                            + (whole.spec().selector().isEmpty()
                                    ? "' has no selector, so a version of it can have none"
                                    : "' is headless"));
        }
        boolean isListed =
                index.resources()
                        .find(Kinds.ENDPOINTS, namespace, whole.metadata().name())
                        .isPresent();
        if (isListed) {
            return lost(place, "the endpoints of '" + of.service().host() + "' are listed by name");
        }
        if (rule.get().rules().stream().anyMatch(r -> r.spec().workloadSelector().isPresent())) {
            return lost(place, "its DestinationRules are not for all clients");
        }
        Optional<ResourceId> policy = policy(whole);
        if (policy.isPresent()) {
            return lost(
                    place,
                    policy.get()
                            + " is for '"
                            + of.service().host()
                            + "' and would not be for a Service of its version");
        }
        var selector = new LinkedHashMap<>(whole.spec().selector());
        Map<String, String> labels = found.get().subset().labels();
        if (labels.entrySet().stream()
                .anyMatch(l ->
                        !l.getValue().equals(selector.getOrDefault(l.getKey(), l.getValue())))) {
            return lost(
                    place, "no workload of the Service has the labels of subset '" + subset + "'");
        }
        selector.putAll(labels);
        return Optional.of(
                existing(whole, selector)
                        .filter(_ -> policies(rule.get(), found.get()).entries().isEmpty())
                        .orElseGet(() ->
                                make(whole, selector, rule.get(), found.get(), place.owner())));
    }

    private Optional<String> lost(Place place, String why) {
        losses.add(
                place.owner(),
                place.path().field("subset"),
                why,
                "Requests go to all of the Service");
        return Optional.empty();
    }

    /// A policy that names the Service.
    private Optional<ResourceId> policy(Resource<Service> whole) {
        String namespace = whole.metadata().namespace();
        String name = whole.metadata().name();
        Stream<Resource<?>> naming =
                Stream.of(
                                index.resources().all(Kinds.BACKEND_TRAFFIC_POLICY).stream()
                                        .filter(p ->
                                                p.spec().targetRefs().stream()
                                                        .anyMatch(t -> t.name().equals(name))),
                                index.resources().all(Kinds.X_BACKEND_TRAFFIC_POLICY).stream()
                                        .filter(p ->
                                                p.spec().targetRefs().stream()
                                                        .anyMatch(t -> t.name().equals(name))),
                                index.resources().all(Kinds.BACKEND_TLS_POLICY).stream()
                                        .filter(p ->
                                                p.spec().targetRefs().stream()
                                                        .anyMatch(t -> t.name().equals(name))))
                        .flatMap(all -> all);
        return naming.filter(p -> p.metadata().namespace().equals(namespace))
                .map(Resource::id)
                .findFirst();
    }

    /// A Service that does it already.
    private Optional<String> existing(Resource<Service> whole, Map<String, String> selector) {
        return index.resources().all(Kinds.SERVICE).stream()
                .filter(s -> s.metadata().namespace().equals(whole.metadata().namespace()))
                .filter(s -> s.spec().selector().equals(selector))
                .filter(s -> s.spec().ports().equals(whole.spec().ports()))
                .filter(s -> !s.id().equals(whole.id()))
                .filter(s -> !s.spec().clusterIP().equals("None"))
                .map(s -> s.metadata().name())
                .findFirst();
    }

    private String make(
            Resource<Service> whole,
            Map<String, String> selector,
            MergedRule rule,
            OwnedSubset subset,
            Resource<?> by) {
        String namespace = whole.metadata().namespace();
        String name =
                documents.name(
                        Kinds.SERVICE,
                        namespace,
                        whole.metadata().name() + "-" + subset.subset().name());
        Service said = whole.spec();
        documents.add(
                new ResourceId(Kinds.SERVICE, namespace, name),
                RecordWriter.tree(
                        new Resource<>(
                                Kinds.SERVICE,
                                new Metadata(
                                        name,
                                        namespace,
                                        whole.metadata().labels(),
                                        Map.of(),
                                        Optional.empty()),
                                new Service(
                                        said.ports(),
                                        selector,
                                        "",
                                        List.of(),
                                        Service.Type.ClusterIP,
                                        "",
                                        said.publishNotReadyAddresses(),
                                        said.trafficDistribution()),
                                whole.source())),
                by);
        Mapping policies = policies(rule, subset);
        if (!policies.entries().isEmpty()) {
            var id =
                    new ResourceId(
                            Kinds.DESTINATION_RULE, subset.rule().metadata().namespace(), name);
            rules.put(namespace + "/" + name, id);
            documents.add(id, destinationRule(name, namespace, subset.rule(), policies), by);
        }
        return name;
    }

    private Mapping destinationRule(
            String name, String namespace, Resource<DestinationRule> of, Mapping policies) {
        Mapping spec =
                Mapping.EMPTY
                        .with("host", name + "." + namespace + ".svc." + index.domain())
                        .with("trafficPolicy", policies);
        return Mapping.EMPTY
                .with("apiVersion", Kinds.DESTINATION_RULE.apiVersion())
                .with("kind", Kinds.DESTINATION_RULE.name())
                .with(
                        "metadata",
                        Mapping.EMPTY
                                .with("name", name)
                                .with("namespace", of.metadata().namespace()))
                .with(
                        "spec",
                        of.spec().exportTo().isEmpty()
                                ? spec
                                : spec.with(
                                        "exportTo",
                                        of.spec().exportTo().stream().map(Node::of).toList()));
    }

    /// What is said for the subset: of each part its own, else that of the whole.
    private static Mapping policies(MergedRule rule, OwnedSubset subset) {
        Mapping all =
                rule.policies()
                        .flatMap(ResourceWriter::written)
                        .flatMap(tree -> mapping(tree.get("spec")))
                        .flatMap(spec -> mapping(spec.get("trafficPolicy")))
                        .orElse(Mapping.EMPTY);
        Optional<Mapping> own =
                ResourceWriter.written(subset.rule())
                        .flatMap(tree -> mapping(tree.get("spec")))
                        .flatMap(spec -> spec.get("subsets"))
                        .flatMap(list ->
                                list instanceof Node.Sequence(List<Node> items, _)
                                        ? mapping(Optional.of(items.get(subset.index())))
                                        : Optional.empty())
                        .flatMap(tree -> mapping(tree.get("trafficPolicy")));
        for (Node.Entry entry : own.map(Mapping::entries).orElse(List.of())) {
            all = all.with(entry.key(), entry.value());
        }
        return all;
    }

    private static Optional<Mapping> mapping(Optional<Node> node) {
        return node.filter(Mapping.class::isInstance).map(Mapping.class::cast);
    }
}
