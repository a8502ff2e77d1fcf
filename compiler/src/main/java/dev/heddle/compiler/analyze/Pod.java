package dev.heddle.compiler.analyze;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A Pod, or the one that a Deployment makes copies of.
///
/// @param resource the Pod, or the Deployment
/// @param labels of the Pod
/// @param spec what runs in it
/// @param path of the spec in its resource
record Pod(
        Resource<Node> resource,
        Map<String, String> labels,
        Map<String, String> annotations,
        Written spec,
        FieldPath path) {
    private static final String PROXY = "istio-proxy";

    /// One container of it.
    ///
    /// @param path in the resource
    record Container(String name, String image, Written spec, FieldPath path) {
        boolean isProxy() {
            return name.equals(PROXY);
        }
    }

    static Pod of(Resource<Node> pod) {
        return new Pod(
                pod,
                pod.metadata().labels(),
                pod.metadata().annotations(),
                Written.of(pod.spec()).at("spec"),
                FieldPath.of("spec"));
    }

    /// What a Deployment, or anything else with a template, makes.
    static Pod ofTemplate(Resource<Node> owner) {
        Written template = Written.of(owner.spec()).at("spec", "template");
        return new Pod(
                owner,
                template.at("metadata", "labels").texts(),
                template.at("metadata", "annotations").texts(),
                template.at("spec"),
                FieldPath.of("spec", "template", "spec"));
    }

    String namespace() {
        return resource.metadata().namespace();
    }

    String name() {
        return resource.metadata().name();
    }

    List<Container> containers() {
        return containers("containers").toList();
    }

    /// With those that run first.
    List<Container> allContainers() {
        return Stream.concat(containers("containers"), containers("initContainers")).toList();
    }

    private Stream<Container> containers(String field) {
        List<Written> items = spec.at(field).items();
        return Stream.iterate(0, i -> i < items.size(), i -> i + 1)
                .map(i ->
                        new Container(
                                items.get(i).at("name").text(),
                                items.get(i).at("image").text(),
                                items.get(i),
                                path.field(field).index(i)));
    }

    /// Whether it has a proxy beside its application.
    boolean hasProxy() {
        return allContainers().stream().anyMatch(c -> c.isProxy() && !c.image().isEmpty());
    }

    boolean isAmbient() {
        return "enabled".equals(annotations.get("ambient.istio.io/redirection"));
    }
}
